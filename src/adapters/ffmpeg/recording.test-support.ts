import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FollowedRecording, RecordedRendition, RecordedSegment, RecordingHead } from '#domain/recording.ts'
import { ffmpeg, type TestFolder } from './media.test-support.ts'

/** A recording in a script: what is there, and how much of it has come so far. */
export class ScriptedRecording implements FollowedRecording {
  readonly path: string
  readonly #head: RecordingHead
  readonly #segments: ReadonlyMap<string, readonly RecordedSegment[]>
  /** How many segments of each rendition have come. */
  arrived = Number.POSITIVE_INFINITY

  constructor(path: string, segments: readonly RecordedSegment[], renditions: readonly Partial<RecordedRendition>[]) {
    this.path = path
    const ids = renditions.map(({ id = 'main' }) => id)
    this.#segments = new Map(ids.map((id) => [id, segments.filter(({ rendition }) => rendition === id)]))
    this.#head = {
      title: 'A stream',
      url: 'https://example.org/main.m3u8',
      live: false,
      renditions: renditions.map(rendition),
      targetDurationSec: Math.ceil(Math.max(...segments.map(({ durationSec }) => durationSec))),
      durationSec: null,
    }
  }

  head(): Promise<RecordingHead> {
    return Promise.resolve(this.#head)
  }

  async *segments(rendition: string, from: number, signal: AbortSignal): AsyncGenerator<RecordedSegment> {
    for (const segment of (this.#segments.get(rendition) ?? []).slice(from)) {
      while (segment.position >= this.arrived) await sleep(5, undefined, { signal })
      signal.throwIfAborted()
      yield segment
    }
  }

  filePath(name: string): string {
    return join(this.path, name)
  }

  async release(): Promise<void> {}
  async [Symbol.asyncDispose](): Promise<void> {}
}

function rendition(given: Partial<RecordedRendition>): RecordedRendition {
  return {
    id: 'main',
    kind: 'main',
    name: 'main',
    language: 'und',
    isDefault: true,
    forced: false,
    hearingImpaired: false,
    url: 'https://example.org/',
    ...given,
  }
}

interface StreamWish {
  /** Options of ffmpeg: inputs and codecs. */
  readonly options: readonly string[]
  readonly form: 'mpegts' | 'fmp4'
  readonly rendition?: string
  readonly period?: number
  readonly segmentSec?: number
  readonly name?: string
}

let streams = 0

/** Makes the media of an HLS stream and tells its segments. */
export async function segmentsOf(folder: TestFolder, wish: StreamWish): Promise<RecordedSegment[]> {
  const name = wish.name ?? `stream${++streams}`
  const { form, rendition = 'main', period = 0, segmentSec = 2 } = wish
  const extension = form === 'fmp4' ? 'm4s' : 'ts'
  const fmp4 = ['-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', `${name}.init.mp4`]
  await ffmpeg(
    ...wish.options,
    ...['-f', 'hls', '-hls_time', String(segmentSec), '-hls_playlist_type', 'vod'],
    ...(form === 'fmp4' ? fmp4 : []),
    ...['-hls_segment_filename', folder.file(`${name}.%03d.${extension}`), folder.file(`${name}.m3u8`)],
  )
  const lengths = (await readFile(folder.file(`${name}.m3u8`), 'utf8')).matchAll(/#EXTINF:([\d.]+)/g)
  const durations = [...lengths].map(([, sec]) => Number(sec))
  const files = (await readdir(folder.path)).filter((file) => file.startsWith(`${name}.`) && file.endsWith(extension))
  return files.sort().map((file, index) => ({
    ...segment({ rendition, position: index, period, durationSec: durations[index] ?? 0, file }),
    init: form === 'fmp4' ? `${name}.init.mp4` : null,
  }))
}

export function segment(
  given: Pick<RecordedSegment, 'rendition' | 'position' | 'period' | 'durationSec' | 'file'>,
): RecordedSegment {
  const { file } = given
  const gap = file === null ? 'it was never there' : null
  return { ...given, msn: given.position, init: null, byteLength: 1, sha256: '', gap, uriPath: `/${file}` }
}

/** Several streams one behind another, renumbered. */
export function inARow(...parts: readonly (readonly RecordedSegment[])[]): RecordedSegment[] {
  return parts.flat().map((one, position) => ({ ...one, position, msn: position }))
}
