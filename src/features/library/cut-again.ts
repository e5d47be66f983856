import type { VideoCatalog } from '#domain/catalog.ts'
import { ProductError } from '#domain/errors.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { ExtractedSubtitle, MediaTool, OpenMedia, SegmentPiece } from '#domain/media-tool.ts'
import { posterSecOf } from '#domain/poster-time.ts'
import type { SourceFiles } from '#domain/source-files.ts'
import type { Attachment, Segment, Video } from '#domain/video.ts'
import type { Blank, TornPack } from './torn-pack.ts'

export interface CutAgainPorts {
  readonly catalog: Pick<VideoCatalog, 'source' | 'plan'>
  readonly media: Pick<MediaTool, 'open'>
  readonly sources: Pick<SourceFiles, 'size'>
  /** How a file is cut today: for videos of which it is not known any more how they were. */
  planNew(open: OpenMedia, signal: AbortSignal): Promise<IngestPlan>
}

interface OpenSource {
  readonly path: string
  readonly open: OpenMedia
  readonly plan: IngestPlan
}

/**
 * The file that a video was made from, if it is still there, cut again as it was the first time. It is opened when it is
 * first needed. What was copied comes out the same; what was encoded may not, and is then no use.
 */
export class SourceAgain implements AsyncDisposable {
  readonly #video: Video
  readonly #ports: CutAgainPorts
  readonly #givenPath: string | null
  readonly #signal: AbortSignal
  #opening: Promise<OpenSource | null> | undefined
  #why: string | null = null

  /** `givenPath`: where somebody says that it lies. */
  constructor(video: Video, givenPath: string | null, ports: CutAgainPorts, signal: AbortSignal) {
    this.#video = video
    this.#ports = ports
    this.#givenPath = givenPath
    this.#signal = signal
  }

  /** Why it could not give what it was asked for; null when it could, or was not asked. */
  get why(): string | null {
    return this.#why
  }

  /** Finds what it can of what is missing. */
  async fill(torn: TornPack): Promise<void> {
    const source = await this.#source()
    if (!source) return
    this.#why = null
    await this.#cutSegments(source, torn, false)
    // An encoder that began elsewhere made other bytes: from its beginning it makes those of the first time.
    const isEncoded = new Set(source.plan.tracks.filter(({ action }) => action === 'encode').map(({ name }) => name))
    if (torn.missing.some((blank) => isEncoded.has(trackNameOf(blank) ?? ''))) {
      await this.#cutSegments(source, torn, true)
    }
    await this.#takeSubtitles(source, torn)
    await this.#takePoster(source, torn)
    const left = torn.missing.filter(({ owner }) => 'trackId' in owner).length
    if (left > 0)
      this.#why ??= `${source.path} gives other bytes for ${left} of them: they were encoded, or cut otherwise.`
  }

  /** A picture of the film; null when there is none. */
  async poster(): Promise<Uint8Array | null> {
    const source = await this.#source()
    if (!source) return null
    return await this.#tried(() => source.open.poster(posterSecOf(source.plan.durationSec), this.#signal))
  }

  async #takePoster({ path }: OpenSource, torn: TornPack): Promise<void> {
    const wanted = torn.missing.filter(({ owner }) => !('trackId' in owner) && owner.kind === 'poster')
    const bytes = wanted.length > 0 ? await this.poster() : null
    for (const blank of wanted) {
      if (!bytes) break
      pour(bytes, 0, blank, torn.placeOf(blank))
      await torn.prove(blank, path)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#opening?.catch(() => null))?.open[Symbol.asyncDispose]()
  }

  #source(): Promise<OpenSource | null> {
    this.#opening ??= this.#tried(() => this.#openSource())
    return this.#opening
  }

  async #openSource(): Promise<OpenSource | null> {
    const { catalog, sources, media } = this.#ports
    const { id, byteLength } = this.#video
    const path = this.#givenPath ?? (await catalog.source(id))?.path ?? null
    const size = path === null ? null : await sources.size(path)
    if (path === null) this.#why = 'The file it was made from was not kept; if you have it, name it with --source.'
    else if (size === null) this.#why = `${path} is not there any more.`
    else if (size !== byteLength) this.#why = `${path} is another file: it has ${size} bytes, not ${byteLength}.`
    if (path === null || this.#why !== null) return null
    const open = await media.open(path, this.#signal)
    try {
      const known = await catalog.plan(id)
      const plan = known && known.tracks.length > 0 ? known : await this.#ports.planNew(open, this.#signal)
      return { path, open, plan }
    } catch (error) {
      await open[Symbol.asyncDispose]()
      throw error
    }
  }

  /** What goes wrong with the file is a reason, no failure. */
  async #tried<Value>(work: () => Promise<Value | null>): Promise<Value | null> {
    try {
      return await work()
    } catch (error) {
      this.#signal.throwIfAborted()
      if (!(error instanceof ProductError)) throw error
      this.#why = error.message
      return null
    }
  }

  /** `fromStart`: encoded tracks only, from their first segment on. */
  async #cutSegments({ open, plan, path }: OpenSource, torn: TornPack, fromStart: boolean): Promise<void> {
    const tracks = plan.tracks.filter(({ action }) => !fromStart || action === 'encode')
    const wanted = wantedSegments(torn, new Set(tracks.map(({ name }) => name)))
    if (wanted.size === 0) return
    const from = plan.tracks.map(({ name }) => {
      const indexes = [...wanted.values()].flatMap(({ owner }) => (isOfTrack(owner, name) ? numberOf(owner) : []))
      if (indexes.length === 0) return plan.borders.length
      return fromStart ? 0 : Math.min(...indexes)
    })
    await this.#tried(async () => {
      for await (const event of open.cut(plan, { from, subtitles: [], signal: this.#signal })) {
        if (event.kind !== 'piece') continue
        await take(event.piece, `${plan.tracks[event.piece.track]?.name} ${event.piece.index}`, wanted, torn, path)
        if (wanted.size === 0) break
      }
      return null
    })
  }

  async #takeSubtitles({ open, plan, path }: OpenSource, torn: TornPack): Promise<void> {
    const wanted = torn.missing.filter(({ owner }) => !('trackId' in owner) && owner.trackName !== null)
    const names = new Set(wanted.map(({ owner }) => (owner as Attachment).trackName))
    const subtitles = plan.subtitles.map(({ name }) => name).filter((name) => names.has(name))
    if (subtitles.length === 0) return
    const from = plan.tracks.map(() => plan.borders.length)
    await this.#tried(async () => {
      for await (const event of open.cut(plan, { from, subtitles, signal: this.#signal })) {
        if (event.kind !== 'subtitle') continue
        for (const blank of wanted) {
          const bytes = bytesFor(blank.owner as Attachment, event.subtitle)
          if (!bytes) continue
          pour(bytes, 0, blank, torn.placeOf(blank))
          await torn.prove(blank, path)
        }
      }
      return null
    })
  }
}

/** A segment of which something is missing. */
interface WantedSegment {
  readonly owner: Segment
  readonly blanks: Blank[]
  /** Bytes of it that came. */
  reached: number
}

function wantedSegments(torn: TornPack, tracks: ReadonlySet<string>): Map<string, WantedSegment> {
  const wanted = new Map<string, WantedSegment>()
  for (const blank of torn.missing) {
    const { owner } = blank
    const track = trackNameOf(blank)
    if (!('trackId' in owner) || track === null || !tracks.has(track)) continue
    const key = `${track} ${owner.index}`
    const segment = wanted.get(key) ?? { owner, blanks: [], reached: 0 }
    segment.blanks.push(blank)
    wanted.set(key, segment)
  }
  return wanted
}

async function take(
  piece: SegmentPiece,
  key: string,
  wanted: Map<string, WantedSegment>,
  torn: TornPack,
  path: string,
): Promise<void> {
  const segment = wanted.get(key)
  for (const bytes of segment ? piece.bytes : []) {
    for (const blank of segment?.blanks ?? []) pour(bytes, segment?.reached ?? 0, blank, torn.placeOf(blank))
    if (segment) segment.reached += bytes.byteLength
  }
  piece.release?.()
  if (!segment || !piece.ends) return
  for (const blank of segment.blanks) await torn.prove(blank, path)
  wanted.delete(key)
}

/** What of these bytes, which begin at `at` in their segment, belongs into the place of the blank. */
function pour(bytes: Uint8Array, at: number, blank: Blank, place: Uint8Array): void {
  const first = Math.max(at, blank.at)
  const end = Math.min(at + bytes.byteLength, blank.at + place.byteLength)
  if (end > first) place.set(bytes.subarray(first - at, end - at), first - blank.at)
}

function bytesFor({ kind, trackName }: Attachment, { name, original, webvtt }: ExtractedSubtitle): Uint8Array | null {
  if (trackName !== name) return null
  return kind === 'subtitle' ? webvtt : original.bytes
}

function trackNameOf({ owner }: Blank): string | null {
  return 'trackId' in owner ? owner.trackId.slice(owner.trackId.indexOf('/') + 1) : null
}

function isOfTrack({ trackId }: Segment, name: string): boolean {
  return trackId.endsWith(`/${name}`)
}

function numberOf({ index }: Segment): number {
  return index === 'init' ? 0 : index
}
