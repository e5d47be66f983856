import { encodersOf, type FfmpegTools } from './ffmpeg-tools.ts'
import { runTool } from './run-tool.ts'
import { lastWords } from './tool-errors.ts'
import { type EncodedRate, SOFTWARE_ENCODER, type VideoEncoder, vbvOptions } from './video-encoder.ts'

/** FFMPEG_HARDWARE_ACCEL. */
export type HardwareAccel = '' | 'nvidia' | 'intel' | 'vaapi'

/** What was wanted and what came of it, to be shown. */
export interface EncoderChoice {
  readonly wanted: HardwareAccel
  readonly used: 'software' | Exclude<HardwareAccel, ''>
  /** For people. */
  readonly why: string
}

/** The hardware encoder that was asked for when it makes a picture, here and now; else libx264. */
export async function chooseEncoder(
  tools: FfmpegTools,
  wanted: HardwareAccel,
): Promise<{ readonly encoder: VideoEncoder; readonly choice: EncoderChoice }> {
  const software = (why: string) => ({ encoder: SOFTWARE_ENCODER, choice: { wanted, used: 'software', why } as const })
  if (wanted === '') return software('no hardware encoder is asked for')
  const encoder = HARDWARE_ENCODERS[wanted]
  if (!(await encodersOf(tools)).has(encoder.name)) return software(`this ffmpeg has no ${encoder.name}`)
  const complaint = await complaintOf(tools, encoder)
  if (complaint !== null) return software(`${encoder.name} does not work here: ${complaint}`)
  return { encoder, choice: { wanted, used: wanted, why: `${encoder.name} encoded a test picture` } }
}

/** The first render node; machines with several cards can order them by udev. */
const RENDER_NODE = '/dev/dri/renderD128'
const NVIDIA_DEVICES = [
  '/dev/nvidia0',
  '/dev/nvidiactl',
  '/dev/nvidia-uvm',
  '/dev/nvidia-uvm-tools',
  '/dev/nvidia-modeset',
]
const PIXELS_OF_DEVICES = 'format=nv12'
/** About what CRF 20 of libx264 looks like. */
const QUALITY = '23'

const HARDWARE_ENCODERS: Readonly<Record<Exclude<HardwareAccel, ''>, VideoEncoder>> = {
  nvidia: {
    name: 'h264_nvenc',
    before: [],
    filters: [PIXELS_OF_DEVICES],
    devices: NVIDIA_DEVICES,
    needsAddressSpace: true,
    quality: (rate) => [
      '-preset',
      'p4',
      '-profile:v',
      'high',
      '-rc',
      'vbr',
      '-cq',
      QUALITY,
      '-b:v',
      '0',
      ...vbvOptions(rate),
    ],
  },
  intel: {
    name: 'h264_qsv',
    before: ['-init_hw_device', `qsv=hw,child_device=${RENDER_NODE}`, '-filter_hw_device', 'hw'],
    filters: [PIXELS_OF_DEVICES],
    devices: ['/dev/dri'],
    needsAddressSpace: true,
    quality: (rate) => ['-preset', 'faster', '-profile:v', 'high', ...averageOptions(rate), ...vbvOptions(rate)],
  },
  vaapi: {
    name: 'h264_vaapi',
    before: ['-vaapi_device', RENDER_NODE],
    filters: [PIXELS_OF_DEVICES, 'hwupload'],
    devices: ['/dev/dri'],
    needsAddressSpace: true,
    quality: (rate) => ['-profile:v', 'high', '-rc_mode', 'VBR', ...averageOptions(rate), ...vbvOptions(rate)],
  },
}

/** Encoders that know no quality under a peak get an average instead. */
function averageOptions({ peakBitsPerSec }: EncodedRate): readonly string[] {
  return ['-b:v', String(Math.floor(peakBitsPerSec / 2))]
}

const TEST_LIMIT_MS = 20_000
const TEST_RATE: EncodedRate = { peakBitsPerSec: 2_000_000, averagedOverSec: 6 }

/** Encodes one picture of the encoder's own making, under the same sandbox as films; null when that works. */
async function complaintOf(tools: FfmpegTools, encoder: VideoEncoder): Promise<string | null> {
  try {
    await using child = await runTool(tools, {
      tool: 'ffmpeg',
      input: null,
      before: ['-v', 'error', ...encoder.before],
      options: () => [
        ...['-f', 'lavfi', '-i', 'color=gray:size=640x360:rate=25:duration=0.04', '-frames:v', '1'],
        ...['-filter:v', encoder.filters.join(','), '-c:v', encoder.name, ...encoder.quality(TEST_RATE)],
        ...['-f', 'h264', 'pipe:1'],
      ],
      devices: encoder.devices,
      limits: { addressSpaceBytes: Number.POSITIVE_INFINITY },
      timeLimitMs: TEST_LIMIT_MS,
    })
    let byteLength = 0
    for await (const chunk of child.output()) byteLength += chunk.byteLength
    const { exitCode, stderr, stopped } = await child.ended
    if (exitCode === 0 && byteLength > 0) return null
    return stopped === null ? lastWords(stderr) || `it ended with ${exitCode}` : 'it took too long'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
