import type { MediaPlaylist } from '#lib/hls/media-playlist.ts'
import type { MultivariantPlaylist } from '#lib/hls/multivariant-playlist.ts'
import { parsePlaylist } from '#lib/hls/parse-playlist.ts'

export interface ServedStream {
  readonly multivariant: MultivariantPlaylist
  /** By track name: `v0`, `a1`, `s0`. */
  readonly media: ReadonlyMap<string, MediaPlaylist>
  /** What our parser finds wrong in any of them, one line each. */
  readonly violations: readonly string[]
}

/** Loads a multivariant playlist and every media playlist that it names. */
export async function loadServedStream(url: string): Promise<ServedStream> {
  const multivariant = await load(url)
  if (multivariant.kind !== 'multivariant') throw new Error(`${url} is a media playlist.`)
  const uris = [...multivariant.variants, ...multivariant.renditions].flatMap(({ uri }) => uri ?? [])
  const media = new Map<string, MediaPlaylist>()
  for (const uri of new Set(uris)) {
    const playlist = await load(new URL(uri, url).href)
    if (playlist.kind !== 'media') throw new Error(`${uri} is no media playlist.`)
    media.set(/([vas]\d+)\.m3u8$/.exec(uri)?.[1] ?? uri, playlist)
  }
  const all = [multivariant, ...media.values()]
  const violations = all.flatMap((playlist) =>
    playlist.violations.map(({ rule, line, text }) => `${rule} in line ${line}: ${text}`),
  )
  return { multivariant, media, violations }
}

async function load(url: string) {
  const answer = await fetch(url)
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status}`)
  return parsePlaylist(await answer.text(), url)
}

/** The bytes of every segment that a player could ask for (of those that are wanted), by what follows the video's id in its address. */
export async function readServed(
  url: string,
  isWanted: (name: string) => boolean = () => true,
): Promise<ReadonlyMap<string, Buffer>> {
  const { media } = await loadServedStream(url)
  const parts = [...media.values()].flatMap(({ segments }) =>
    segments.flatMap(({ url: part, map }) => [part, map?.url]),
  )
  const id = /([^/]+)\.m3u8$/.exec(new URL(url).pathname)?.[1] ?? ''
  const bytes = new Map<string, Buffer>()
  for (const part of new Set(parts)) {
    const name = part?.slice(part.indexOf(id) + id.length)
    if (!part || name === undefined || !isWanted(name)) continue
    const answer = await fetch(part)
    if (answer.status !== 200) throw new Error(`${part}: ${answer.status} ${await answer.text()}`)
    bytes.set(name, Buffer.from(await answer.arrayBuffer()))
  }
  return bytes
}
