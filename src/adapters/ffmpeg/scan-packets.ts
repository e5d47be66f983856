import type { ScannedPacket } from './group-packets.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import { wholeFileLimits } from './run-limits.ts'
import { type MediaFile, runTool } from './run-tool.ts'
import { linesOf } from './lines-of.ts'
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
    ...wholeFileLimits(byteLength),
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
