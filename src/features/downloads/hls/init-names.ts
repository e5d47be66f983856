import type { ListedInit, ListedSegment } from './snapshot.ts'
import type { InitWish } from './segment-wish.ts'
import { uriPath } from './uri-path.ts'

/** Names init sections: equal bytes should have one name, other bytes must never share one. */
export interface InitNames {
  wish(init: ListedInit, period: number): InitWish
}

/**
 * Of a playlist that does not change: by path and range, so that a download which goes on with new tokens finds what it
 * has; by the whole address where the playlist itself tells them apart by query or host.
 */
export function fixedInitNames(segments: readonly ListedSegment[]): InitNames {
  const urls = new Map<string, string>()
  const apart = new Set<string>()
  for (const init of new Set(segments.map((segment) => segment.init))) {
    if (!init) continue
    const name = pathName(init)
    if (urls.has(name) && urls.get(name) !== init.url) apart.add(name)
    urls.set(name, init.url)
  }
  return {
    wish(init) {
      const name = pathName(init)
      return { ...init, key: apart.has(name) ? fullName(init) : name }
    },
  }
}

/** Of a live stream: by the whole address; only within one period another query alone means another token, not other bytes. */
export class LiveInitNames implements InitNames {
  readonly #known = new Map<string, { readonly key: string; readonly period: number }>()
  readonly #apart = new Set<string>()

  /** To be called with every load, before `wish`: what one playlist tells apart is not the same. */
  observe(segments: readonly ListedSegment[]): void {
    const urls = new Map<string, string>()
    for (const init of new Set(segments.map((segment) => segment.init))) {
      if (!init) continue
      const name = hostName(init)
      if (urls.has(name) && urls.get(name) !== init.url) this.#apart.add(name)
      urls.set(name, init.url)
    }
  }

  wish(init: ListedInit, period: number): InitWish {
    const name = hostName(init)
    const before = this.#known.get(name)
    const isSame = before?.period === period && !this.#apart.has(name)
    const key = isSame ? before.key : fullName(init)
    this.#known.set(name, { key, period })
    return { ...init, key }
  }
}

function hostName(init: ListedInit): string {
  return `${init.url.slice(0, init.url.indexOf('/', 8))}${pathName(init)}`
}

function fullName(init: ListedInit): string {
  return `${init.url} ${detailsOf(init)}`
}

function pathName(init: ListedInit): string {
  return `${uriPath(init.url)} ${detailsOf(init)}`
}

function detailsOf({ byteRange, decryption }: ListedInit): string {
  const range = byteRange ? `${byteRange.offset}+${byteRange.length}` : 'whole'
  return decryption ? `${range} ${uriPath(decryption.url)} ${decryption.ivHex}` : range
}
