import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { MediaIndex } from '#domain/media-index.ts'
import type { MediaInfo } from '#domain/media-info.ts'
import type { CutEvent, CutOptions, OpenMedia } from '#domain/media-tool.ts'
import { cutMedia } from './cut-media.ts'
import { type EarlyLook, lookEarly } from './early-look.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import { indexMedia } from './index-media.ts'
import { mainVideo } from '#domain/main-video.ts'
import { type OpenContainer, openContainer } from './open-container.ts'
import { takePoster } from './poster.ts'
import { type ProbedMedia, probeMedia } from './probe-media.ts'
import { openRandomAccess, type RandomAccessFile } from './random-access-file.ts'
import type { MediaFile } from './run-tool.ts'
import type { VideoEncoder } from './video-encoder.ts'

export interface OpenFileSettings {
  readonly tools: FfmpegTools
  readonly encoder: VideoEncoder
  readonly threads: number
  readonly workDir: string
  warn(message: string): void
}

interface OwnTables {
  readonly file: RandomAccessFile
  readonly container: OpenContainer
  readonly early: EarlyLook | null
}

/** Probes a file; our own readers look at it while ffprobe does. Rejects as `probeMedia` does. */
export async function openFile(path: string, settings: OpenFileSettings, signal?: AbortSignal): Promise<OpenMedia> {
  const closing = new AbortController()
  let tables: Promise<OwnTables> | undefined
  const read = (input: MediaFile) => {
    tables = ownTables(input, settings.tools, closing.signal)
    // Whoever needs them hears of it.
    tables.catch(() => {})
    return tables
  }
  try {
    const media = await probeMedia(settings.tools, path, signal, (input) => void read(input))
    return new OpenFile(media, tables ?? read(media.file), settings, closing)
  } catch (error) {
    closing.abort()
    await close(tables)
    throw error
  }
}

async function ownTables(input: MediaFile, tools: FfmpegTools, signal: AbortSignal): Promise<OwnTables> {
  const file = await openRandomAccess(input.path)
  try {
    const container = await openContainer(file, input.family)
    return { file, container, early: signal.aborted ? null : lookEarly(tools, input, file, container, signal) }
  } catch (error) {
    await file[Symbol.asyncDispose]()
    throw error
  }
}

async function close(tables: Promise<OwnTables> | undefined): Promise<void> {
  const { file, early } = (await tables?.catch(() => null)) ?? {}
  await Promise.allSettled([early?.keyFrames?.result, early?.headers.found])
  await file?.[Symbol.asyncDispose]()
}

/** A media file that has been probed. */
class OpenFile implements OpenMedia {
  readonly info: MediaInfo
  readonly encodedBy: string
  readonly #media: ProbedMedia
  readonly #settings: OpenFileSettings
  readonly #closing: AbortController
  readonly #tables: Promise<OwnTables>

  constructor(media: ProbedMedia, tables: Promise<OwnTables>, settings: OpenFileSettings, closing: AbortController) {
    this.info = media.info
    this.encodedBy = `ffmpeg ${settings.tools.ffmpeg.version.text} with ${settings.encoder.name}`
    this.#media = media
    this.#tables = tables
    this.#settings = settings
    this.#closing = closing
  }

  async index(signal?: AbortSignal): Promise<MediaIndex> {
    const sources = { tools: this.#settings.tools, media: this.#media, ...(await this.#tables) }
    return indexMedia(sources, this.#untilClosed(signal))
  }

  async *cut(plan: IngestPlan, options: CutOptions): AsyncGenerator<CutEvent, void, undefined> {
    const { tools, encoder, threads, workDir, warn } = this.#settings
    await mkdir(workDir, { recursive: true })
    const workFolder = await mkdtemp(join(workDir, 'cut-'))
    try {
      const bordersSec = plan.borders.map((sec) => sec + plan.startSec)
      const sources = { tools, media: this.#media, ...(await this.#tables) }
      const signal = this.#untilClosed(options.signal)
      const context = { ...sources, plan, bordersSec, from: options.from, encoder, threads, workFolder, signal, warn }
      const subtitles = plan.subtitles.filter(({ name }) => options.subtitles.includes(name))
      yield* cutMedia(context, subtitles)
    } finally {
      await rm(workFolder, { recursive: true, force: true })
    }
  }

  poster(atSec: number, signal?: AbortSignal): Promise<Uint8Array | null> {
    const zeroSec = mainVideo(this.info)?.startSec ?? this.info.startSec
    return takePoster(this.#settings.tools, this.#media, zeroSec + atSec, this.#untilClosed(signal))
  }

  #untilClosed(signal?: AbortSignal): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await close(this.#tables)
  }
}
