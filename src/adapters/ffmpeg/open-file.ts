import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { MediaIndex } from '#domain/media-index.ts'
import type { MediaInfo } from '#domain/media-info.ts'
import type { CutEvent, CutOptions, OpenMedia } from '#domain/media-tool.ts'
import { cutMedia } from './cut-media.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import { indexMedia } from './index-media.ts'
import { mainVideo } from '#domain/main-video.ts'
import { type OpenContainer, openContainer } from './open-container.ts'
import { takePoster } from './poster.ts'
import type { ProbedMedia } from './probe-media.ts'
import { openRandomAccess, type RandomAccessFile } from './random-access-file.ts'
import type { VideoEncoder } from './video-encoder.ts'

export interface OpenFileSettings {
  readonly tools: FfmpegTools
  readonly encoder: VideoEncoder
  readonly threads: number
  readonly workDir: string
  warn(message: string): void
}

/** A media file that has been probed. Its own tables are read when they are first needed. */
export class OpenFile implements OpenMedia {
  readonly info: MediaInfo
  readonly #media: ProbedMedia
  readonly #settings: OpenFileSettings
  readonly #closing = new AbortController()
  #opened: Promise<{ readonly file: RandomAccessFile; readonly container: OpenContainer }> | null = null

  constructor(media: ProbedMedia, settings: OpenFileSettings) {
    this.info = media.info
    this.#media = media
    this.#settings = settings
  }

  async index(signal?: AbortSignal): Promise<MediaIndex> {
    const sources = { tools: this.#settings.tools, media: this.#media, ...(await this.#open()) }
    return indexMedia(sources, this.#untilClosed(signal))
  }

  async *cut(plan: IngestPlan, options: CutOptions): AsyncGenerator<CutEvent, void, undefined> {
    const { tools, encoder, threads, workDir, warn } = this.#settings
    await mkdir(workDir, { recursive: true })
    const workFolder = await mkdtemp(join(workDir, 'cut-'))
    try {
      const bordersSec = plan.borders.map((sec) => sec + plan.startSec)
      const sources = { tools, media: this.#media, ...(await this.#open()) }
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

  #open() {
    this.#opened ??= this.#openOnce()
    return this.#opened
  }

  async #openOnce() {
    const file = await openRandomAccess(this.#media.file.path)
    return { file, container: await openContainer(file, this.#media) }
  }

  #untilClosed(signal?: AbortSignal): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    const opened = await this.#opened?.catch(() => null)
    await opened?.file[Symbol.asyncDispose]()
  }
}
