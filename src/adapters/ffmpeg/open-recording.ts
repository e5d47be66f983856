import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import { mainVideo } from '#domain/main-video.ts'
import type { MediaInfo } from '#domain/media-info.ts'
import type { CutEvent, OpenRecording, RecordingCutOptions } from '#domain/media-tool.ts'
import type { FollowedRecording, RecordedRendition, RecordingHead } from '#domain/recording.ts'
import { GrowingCut } from './cut-recording.ts'
import type { OpenFileSettings } from './open-file.ts'
import { takePoster } from './poster.ts'
import { probeRendition, recordingInfo } from './probe-recording.ts'
import { readTogether } from './read-together.ts'
import type { RecordingContext } from './recording-context.ts'
import { recordedSubtitles } from './recorded-subtitles.ts'
import { repackRecording } from './repack-recording.ts'
import { writeTexts } from './write-texts.ts'

/** Opens a recording as soon as its first segments are there. Rejects as `probeMedia` does. */
export async function openRecording(
  recording: FollowedRecording,
  settings: OpenFileSettings,
  signal: AbortSignal,
): Promise<OpenRecording> {
  const head = await recording.head(signal)
  await mkdir(settings.workDir, { recursive: true })
  const folder = await mkdtemp(join(settings.workDir, 'recording-'))
  try {
    const heard = head.renditions.filter(({ kind }) => kind !== 'subtitles')
    const inOrder = [...heard.filter(({ kind }) => kind === 'main'), ...heard.filter(({ kind }) => kind === 'audio')]
    const probing = inOrder.map((rendition) => probeRendition(settings.tools, recording, { rendition, folder, signal }))
    await Promise.allSettled(probing)
    const probed = (await Promise.all(probing)).filter((one) => one !== null)
    const info = recordingInfo(probed, head.title)
    const { tools, threads } = settings
    return new GrowingRecording({ tools, threads, recording, head, probed, info }, settings, folder)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

class GrowingRecording implements OpenRecording {
  readonly head: RecordingHead
  readonly info: MediaInfo
  readonly encodedBy: string
  readonly #context: RecordingContext
  readonly #folder: string
  readonly #closing = new AbortController()

  constructor(context: RecordingContext, { tools, encoder }: OpenFileSettings, folder: string) {
    this.head = context.head
    this.info = context.info
    this.encodedBy = `ffmpeg ${tools.ffmpeg.version.text} with ${encoder.name}`
    this.#context = context
    this.#folder = folder
  }

  async *cut(plan: IngestPlan, options: RecordingCutOptions): AsyncGenerator<CutEvent, void, undefined> {
    const ending = new AbortController()
    const signal = AbortSignal.any([options.signal, this.#closing.signal, ending.signal])
    const together = readTogether(this.#context, plan, { codingMayChange: plan.packaging === 'ts', signal })
    try {
      const cut = new GrowingCut(plan, { ...options, signal })
      yield* cut.events(together.parts)
      for (const track of plan.subtitles.filter(({ name }) => options.subtitles.includes(name))) {
        const subtitle = await recordedSubtitles(this.#context, track, together)
        if (subtitle !== null) yield { kind: 'subtitle', subtitle }
      }
    } finally {
      ending.abort()
    }
  }

  async poster(signal?: AbortSignal): Promise<Uint8Array | null> {
    const [main] = this.#context.probed
    if (main === undefined) return null
    const atSec = mainVideo(main.media.info)?.startSec ?? main.media.info.startSec
    const both = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal])
    return takePoster(this.#context.tools, main.media, atSec, both)
  }

  repack(container: 'mp4' | 'mkv', path: string, signal: AbortSignal): Promise<{ readonly notes: readonly string[] }> {
    const both = AbortSignal.any([signal, this.#closing.signal])
    return repackRecording(this.#context, { container, path, signal: both })
  }

  writeTexts(
    pathOf: (rendition: RecordedRendition) => string,
    signal: AbortSignal,
  ): Promise<readonly RecordedRendition[]> {
    return writeTexts(this.#context, pathOf, AbortSignal.any([signal, this.#closing.signal]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
