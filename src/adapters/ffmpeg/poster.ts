import type { VideoStream } from '#domain/media-info.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import { mainVideo } from '#domain/main-video.ts'
import type { ProbedMedia } from './probe-media.ts'
import { runTool } from './run-tool.ts'

const WIDTH = 640
const POSTER_LIMIT_MS = 60_000
/** JPEG quality of ffmpeg: 2 is best, 31 worst. */
const QUALITY = '4'
/** How far on a picture is looked for that is not black. */
const SEARCH_SEC = 60
/** Percent of pixels that are black in a black picture. */
const BLACK_PERCENT = 95

/**
 * A JPEG of about 640 pixels width: cover art when the file has it, else the first key frame at or before `atSec` (container
 * time) that is not black. Null when there is no picture or none can be decoded.
 */
export async function takePoster(
  tools: FfmpegTools,
  media: ProbedMedia,
  atSec: number,
  signal?: AbortSignal,
): Promise<Uint8Array | null> {
  const cover = media.info.streams.find((stream): stream is VideoStream => stream.kind === 'video' && stream.isCover)
  const video = mainVideo(media.info)
  const attempts = [
    ...(cover === undefined ? [] : [{ stream: cover, seekSec: 0, filters: [] }]),
    ...(video === null ? [] : attemptsAt(video, Math.max(0, atSec - media.info.startSec))),
  ]
  for (const attempt of attempts) {
    const jpeg = await take(tools, media, attempt, signal)
    if (jpeg !== null) return jpeg
  }
  return null
}

interface Attempt {
  readonly stream: VideoStream
  readonly seekSec: number
  readonly filters: readonly string[]
}

function attemptsAt(stream: VideoStream, seekSec: number): Attempt[] {
  const isBright = [
    'blackframe=amount=0',
    `metadata=select:key=lavfi.blackframe.pblack:value=${BLACK_PERCENT}:function=less`,
  ]
  return [
    { stream, seekSec, filters: isBright },
    { stream, seekSec, filters: [] },
    { stream, seekSec: 0, filters: [] },
  ]
}

async function take(
  tools: FfmpegTools,
  { file }: ProbedMedia,
  { stream, seekSec, filters }: Attempt,
  signal?: AbortSignal,
): Promise<Uint8Array | null> {
  const keyFramesOnly = stream.isCover ? [] : ['-skip_frame', 'nokey']
  await using child = await runTool(tools, {
    tool: 'ffmpeg',
    input: file,
    before: [
      '-v',
      'error',
      '-threads',
      '1',
      ...keyFramesOnly,
      ...(seekSec > 0 ? ['-ss', seekSec.toFixed(3), '-noaccurate_seek'] : []),
    ],
    options: () => [
      ...['-map', `0:${stream.index}`, '-t', String(SEARCH_SEC), '-filter:v'],
      [`scale=${Math.min(WIDTH, evenUp(stream.width))}:-2`, 'setsar=1', ...filters, 'format=yuvj420p'].join(','),
      ...['-frames:v', '1', '-c:v', 'mjpeg', '-q:v', QUALITY, '-f', 'mjpeg', 'pipe:1'],
    ],
    timeLimitMs: POSTER_LIMIT_MS,
    signal,
  })
  const chunks: Uint8Array[] = []
  for await (const chunk of child.output()) chunks.push(chunk)
  await child.ended
  signal?.throwIfAborted()
  const jpeg = Buffer.concat(chunks)
  return isJpeg(jpeg) ? jpeg : null
}

function evenUp(pixels: number): number {
  return Math.max(2, pixels + (pixels % 2))
}

/** From start of image to end of image (ITU-T T.81 §B.1.1.3). */
function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9
}
