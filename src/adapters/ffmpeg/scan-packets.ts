import type { ScannedPacket } from './group-packets.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import { type MediaFile, runTool } from './run-tool.ts'
import { toolError } from './tool-errors.ts'

export interface PacketScan {
  readonly streamIndex: number
  /** Bytes of the whole file: longer files may take longer. */
  readonly byteLength: number
  readonly signal?: AbortSignal | undefined
}

export interface ScanEnd {
  /** What ffprobe complained about; empty for a sound file. */
  readonly complaints: string
}

/** A slow network drive. */
const LEAST_BYTES_PER_SEC = 2_000_000
const LEAST_TIME_MS = 120_000
const STALL_LIMIT_MS = 60_000

/**
 * Hands every packet of one stream to `onPacket`, in decode order, while ffprobe reads the whole file once.
 * Rejects with ToolFailedError, MediaDamagedError, CancelledError.
 */
export async function scanPackets(
  tools: FfmpegTools,
  input: MediaFile,
  { streamIndex, byteLength, signal }: PacketScan,
  onPacket: (packet: ScannedPacket) => void,
): Promise<ScanEnd> {
  await using child = await runTool(tools, {
    tool: 'ffprobe',
    input,
    before: ['-v', 'error', '-fflags', '+genpts'],
    options: () => ['-select_streams', String(streamIndex), '-show_entries', ENTRIES, '-of', 'csv=p=0'],
    timeLimitMs: LEAST_TIME_MS + (byteLength / LEAST_BYTES_PER_SEC) * 1000,
    stallLimitMs: STALL_LIMIT_MS,
    signal,
  })
  for await (const line of linesOf(child.output())) {
    const packet = parsePacket(line)
    if (packet !== null) onPacket(packet)
  }
  const end = await child.ended
  if (end.exitCode !== 0) throw toolError(end, 'Looking for key frames')
  return { complaints: end.stderr }
}

/** ffprobe prints them in this order whatever order is asked for; side data may follow in the same line. */
const ENTRIES = 'packet=pts_time,dts_time,duration_time,size,flags'

function parsePacket(line: string): ScannedPacket | null {
  const [pts = '', dts = '', duration = '', size = '', flags = ''] = line.split(',', 5)
  const byteLength = Number(size)
  if (size === '' || !Number.isSafeInteger(byteLength)) return null
  return {
    ptsSec: Number.parseFloat(pts),
    dtsSec: Number.parseFloat(dts),
    durationSec: Number.parseFloat(duration),
    byteLength,
    isKey: flags.startsWith('K'),
  }
}

/** Lines of text as they arrive; what is held is less than one chunk and one line. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
