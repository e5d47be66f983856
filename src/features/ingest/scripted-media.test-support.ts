import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { MediaIndex } from '#domain/media-index.ts'
import type { MediaInfo } from '#domain/media-info.ts'
import type { CutEvent, CutOptions, MediaTool, OpenMedia, OpenRecording, SegmentPiece } from '#domain/media-tool.ts'

export interface ScriptedFilm {
  /** Bytes of each segment of each track. */
  readonly sizes: readonly (readonly number[])[]
  /** Segments over this come in several pieces. */
  readonly pieceBytes: number
  readonly segmentSec?: number
  /** Sounds are encoded. */
  readonly encoded?: boolean
}

/** A film whose every byte follows from track, segment and place, so that any read can be proved without keeping a copy. */
function scriptedByte(track: number, segment: number, place: number): number {
  return (track * 89 + (segment + 2) * 31 + place * 7 + (place >> 8)) & 0xff
}

export function scriptedBytes(track: number, segment: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, place) => scriptedByte(track, segment, place))
}

/** A media tool that keeps its contract over a made-up film: deterministic cuts, resumable, in play order. */
export class ScriptedMedia implements MediaTool {
  readonly #film: ScriptedFilm
  encodedBy = 'script 1'

  constructor(film: ScriptedFilm) {
    this.#film = film
  }

  async open(): Promise<OpenMedia> {
    return {
      info: this.#info(),
      encodedBy: this.encodedBy,
      index: async () => this.#index(),
      cut: (plan, options) => this.#cut(plan, options),
      poster: async () => Uint8Array.of(0xff, 0xd8, 1, 2, 3),
      [Symbol.asyncDispose]: async () => {},
    }
  }

  async openRecording(): Promise<OpenRecording> {
    throw new Error('a script is no recording')
  }

  async *#cut(plan: IngestPlan, { from, subtitles, signal }: CutOptions): AsyncIterable<CutEvent> {
    yield {
      kind: 'formats',
      formats: plan.tracks.map(() => ({ codecs: 'avc1.64001f', channels: null, sampleRate: null })),
    }
    for (const track of plan.tracks.keys()) {
      if (from[track] === 0) yield* this.#pieces(track, 'init', 40, plan)
    }
    const all = [...plan.borders.keys()].flatMap((segment) =>
      [...plan.tracks.keys()].map((track) => ({ segment, track })),
    )
    for (const { segment, track } of all.filter((each) => each.segment >= (from[each.track] ?? 0))) {
      signal.throwIfAborted()
      yield* this.#pieces(track, segment, this.#film.sizes[track]?.[segment] ?? 10, plan)
    }
    for (const name of subtitles) {
      const bytes = new TextEncoder().encode('1\n00:00:01,000 --> 00:00:02,000\nhello\n')
      const webvtt = new TextEncoder().encode('WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nhello\n')
      yield { kind: 'subtitle', subtitle: { name, original: { format: 'srt', bytes }, webvtt } }
    }
  }

  *#pieces(track: number, index: SegmentPiece['index'], length: number, plan: IngestPlan): Iterable<CutEvent> {
    const bytes = scriptedBytes(track, index === 'init' ? -1 : index, length)
    const startSec = index === 'init' ? 0 : (plan.borders[index] ?? 0)
    const endSec = index === 'init' ? 0 : (plan.borders[index + 1] ?? plan.durationSec)
    for (let at = 0; at < length; at += this.#film.pieceBytes) {
      const part = bytes.subarray(at, at + this.#film.pieceBytes)
      const last = at + part.length >= length
      const ends = { startSec, durationSec: endSec - startSec, reencoded: false }
      yield { kind: 'piece', piece: { track, index, bytes: [part], byteLength: part.length, ...(last && { ends }) } }
    }
  }

  #info(): MediaInfo {
    const labels = {
      language: 'en',
      title: null,
      isDefault: true,
      forced: false,
      hearingImpaired: false,
      profile: null,
    }
    const facts = { ...labels, bitRate: null, startSec: 0 }
    const picture = {
      pixelFormat: 'yuv420p',
      frameRate: 25,
      videoRange: 'SDR',
      interlaced: false,
      isCover: false,
    } as const
    const codec = this.#film.encoded ? 'mp2' : 'aac'
    const sounds = this.#film.sizes.slice(1).map((_, index) => {
      return { ...facts, kind: 'audio', index: index + 1, codec, channels: 2, sampleRate: 48_000 } as const
    })
    const subtitle = { ...facts, kind: 'subtitles', index: 9, codec: 'subrip', form: 'text' } as const
    return {
      container: 'matroska',
      byteLength: 1000,
      startSec: 0,
      durationSec: this.#durationSec,
      title: null,
      chapters: [{ startSec: 0, endSec: 5, title: 'One' }],
      streams: [
        { ...facts, ...picture, kind: 'video', index: 0, codec: 'h264', width: 640, height: 360, rotation: 0 },
        ...sounds,
        subtitle,
      ],
    }
  }

  get #durationSec(): number {
    return (this.#film.sizes[0]?.length ?? 1) * (this.#film.segmentSec ?? 6)
  }

  #index(): MediaIndex {
    const gops = (this.#film.sizes[0] ?? []).map((byteLength, number) => {
      return { startSec: number * (this.#film.segmentSec ?? 6), byteLength, closed: true }
    })
    return { startSec: 0, endSec: this.#durationSec, origin: 'container', gops }
  }
}
