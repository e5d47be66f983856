import type { NewSegment, Recording } from '#domain/recording.ts'
import type { WebIdentity } from '#domain/web.ts'
import type { SegmentWish, StreamPlan } from '../hls/segment-wish.ts'
import type { Connection, Connections } from './connections.ts'
import { fetchBytes, type FetchTools } from './fetch-bytes.ts'
import type { Resource } from './resource.ts'
import type { FetchClock } from './fetch-clock.ts'
import type { FetchPorts } from './fetch-ports.ts'
import type { FetchSettings } from './fetch-settings.ts'
import { InitSections } from './init-sections.ts'
import { KeyCache } from './key-cache.ts'
import { mayBeGap, segmentFailure, segmentName } from './segment-failure.ts'
import { SegmentSink } from './segment-sink.ts'

interface SegmentFetcherOptions {
  readonly plan: Pick<StreamPlan, 'head' | 'refresh'>
  readonly recording: Recording
  readonly ports: FetchPorts
  readonly connections: Connections
  readonly clock: FetchClock
  readonly settings: FetchSettings
  readonly identity?: WebIdentity
  readonly allowGaps: boolean
  readonly signal: AbortSignal
}

/** Fetches one segment at a time of a stream; keys and init sections once for all. */
export class SegmentFetcher {
  readonly #options: SegmentFetcherOptions
  readonly #texts: ReadonlySet<string>
  readonly #keys: KeyCache
  readonly #inits: InitSections

  constructor(options: SegmentFetcherOptions) {
    this.#options = options
    const { recording, ports, plan } = options
    const texts = plan.head.renditions.filter(({ kind }) => kind === 'subtitles')
    this.#texts = new Set(texts.map(({ id }) => id))
    this.#keys = new KeyCache(this.#tools())
    this.#inits = new InitSections(recording, this.#keys, ports, this.#tools())
  }

  /** Resolves with its length when it is safe in the recording, or is a gap there. Gives the connection back. */
  async fetch(wish: SegmentWish, connection: Connection | null): Promise<number> {
    if (wish.gap !== null || !connection) return this.#leaveOut(wish, wish.gap ?? 'It is not listed.')
    try {
      return await this.#fetch(wish, connection)
    } catch (error) {
      connection.release()
      this.#options.signal.throwIfAborted()
      const failure = segmentFailure(error, wish)
      if (!this.#options.allowGaps || !mayBeGap(failure)) throw failure
      const { why, message } = failure as { readonly why?: string; readonly message: string }
      return this.#leaveOut(wish, why ?? message)
    }
  }

  async #fetch(wish: SegmentWish, connection: Connection): Promise<number> {
    const { recording, ports, settings, connections } = this.#options
    const [key, init] = await Promise.all([
      wish.key && this.#keys.get(wish.key.url),
      wish.init && this.#inits.get(wish.init),
    ])
    await using sink = new SegmentSink({
      recording,
      ports,
      expected: this.#texts.has(wish.rendition) ? 'text' : 'media',
      decryption: key && wish.key && { key, ivHex: wish.key.ivHex },
      maxBytes: settings.maxSegmentBytes,
    })
    await fetchBytes(this.#resource(wish), sink, this.#segmentTools(wish, connection))
    connections.segmentDone()
    const { byteLength } = sink
    await connection.releaseAround(() => sink.commit(newSegment(wish, { init, gap: null })))
    return byteLength
  }

  async #leaveOut(wish: SegmentWish, why: string): Promise<number> {
    this.#options.ports.log({ level: 'warn', text: `${segmentName(wish)} is left out: ${why}` })
    await using file = await this.#options.recording.createFile()
    await file.commit(newSegment(wish, { init: null, gap: why }))
    return 0
  }

  #resource({ url, byteRange }: SegmentWish): Resource {
    return { url, byteRange, maxBytes: this.#options.settings.maxSegmentBytes }
  }

  #tools(): FetchTools {
    const { ports, identity, settings, clock, signal } = this.#options
    return { web: ports.web, identity, settings, clock, signal, rest: (ms) => clock.sleep(ms, signal) }
  }

  #segmentTools(wish: SegmentWish, connection: Connection): FetchTools {
    const { plan, ports, signal, connections } = this.#options
    let latest = wish
    return {
      ...this.#tools(),
      ...connections.listener,
      rest: connection.rest,
      refresh: async () => {
        ports.log({ level: 'info', text: `${segmentName(wish)} is refused: asking the playlist for its address now.` })
        const fresh = await plan.refresh(latest, signal)
        latest = fresh ?? latest
        return fresh && this.#resource(fresh)
      },
      onTrouble: (error, waitMs) => {
        const wait = `Again in ${(waitMs / 1000).toFixed(1)} s`
        ports.log({ level: 'warn', text: `${segmentName(wish)}: ${error.message} ${wait}.` })
        connections.listener.onTrouble(error, waitMs)
      },
    }
  }
}

function newSegment(
  { rendition, position, msn, period, durationSec, uriPath }: SegmentWish,
  { init, gap }: Pick<NewSegment, 'init' | 'gap'>,
): NewSegment {
  return { kind: 'segment', rendition, position, msn, period, durationSec, uriPath, init, gap }
}
