import type { ByteRange } from '#domain/blob-store.ts'
import type { Slice } from '#domain/video.ts'
import type { Playback } from '#features/playback/playback.ts'
import type { SliceOrigin } from '#features/playback/slice-fill.ts'
import type { LazyBody } from './send-representation.ts'

const HIT_MEMORY = { 'x-cache': 'HIT-MEMORY' } as const
const FROM: Readonly<Record<SliceOrigin, string>> = {
  memory: 'memory',
  'disk-cache': 'disk cache',
  store: 'store',
  work: 'work area',
}

/**
 * The bytes of a segment, and where they came from: `X-Cache` says whether a cache had them, `Server-Timing` who gave them
 * and how long they were waited for. Of a segment in several packs the first slice speaks for all.
 */
export class SegmentBody implements LazyBody {
  readonly #slices: readonly Slice[]
  readonly #reader: Playback['slices']
  readonly #askedAtMs = performance.now()
  readonly #releases: (() => void)[] = []
  #headers: Readonly<Record<string, string>> = HIT_MEMORY

  constructor(slices: readonly Slice[], reader: Playback['slices']) {
    this.#slices = slices
    this.#reader = reader
  }

  /** The buffer itself when memory has it: bytes that nobody copies. */
  whole(): Uint8Array | undefined {
    const [only, more] = this.#slices
    return only && !more ? this.#reader.cached(only) : undefined
  }

  read(range: ByteRange | undefined, signal: AbortSignal): AsyncIterable<Uint8Array> {
    let isFirst = true
    const onOrigin = (origin: SliceOrigin, giver: string | null) => {
      if (isFirst) this.#headers = headersOf(origin, giver, performance.now() - this.#askedAtMs)
      isFirst = false
    }
    const onHold = (release: () => void) => this.#releases.push(release)
    return this.#reader.read(this.#slices, { range, signal, cold: this.#slices.length === 1, onOrigin, onHold })
  }

  sent(): void {
    for (const release of this.#releases) release()
  }

  headers(): Readonly<Record<string, string>> {
    return this.#headers
  }
}

function headersOf(origin: SliceOrigin, giver: string | null, waitMs: number): Readonly<Record<string, string>> {
  if (origin === 'memory') return HIT_MEMORY
  const from = (giver ?? FROM[origin]).replace(/[^ -~]|["\\]/g, '')
  return {
    'x-cache': origin === 'disk-cache' ? 'HIT-DISK' : 'MISS',
    // https://www.w3.org/TR/server-timing/: milliseconds.
    'server-timing': `wait;dur=${waitMs.toFixed(1)}, from;desc="${from}"`,
  }
}
