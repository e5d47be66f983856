import type { FfmpegTools } from './ffmpeg-tools.ts'
import { linesOf } from './lines-of.ts'
import { wholeFileLimits } from './run-limits.ts'
import { type MediaFile, runTool } from './run-tool.ts'
import type { PacketScan } from './scan-packets.ts'
import { toolError } from './tool-errors.ts'

/**
 * When the IDR pictures of an H.264 stream are shown, in seconds of container time, ascending; found by one pass over the
 * file that decodes nothing. Rejects with ToolFailedError, MediaDamagedError, CancelledError.
 */
export async function idrTimes(
  tools: FfmpegTools,
  input: MediaFile,
  { streamIndex, byteLength, signal }: PacketScan,
): Promise<readonly number[]> {
  await using child = await runTool(tools, {
    tool: 'ffmpeg',
    input,
    before: ['-v', 'error', '-copyts', '-fflags', '+genpts'],
    options: () => [
      ...['-map', `0:${streamIndex}`, '-c', 'copy', '-copyinkf'],
      // Packets without a unit of this type (coded slice of an IDR picture, ITU-T H.264 table 7-1) are dropped.
      ...['-bsf', 'filter_units=pass_types=5', '-flush_packets', '1', '-f', 'framecrc', 'pipe:1'],
    ],
    ...wholeFileLimits(byteLength),
    signal,
  })
  const times: number[] = []
  let tickSec = Number.NaN
  for await (const line of linesOf(child.output())) {
    const [, num, den] = /^#tb 0: (\d+)\/(\d+)/.exec(line) ?? []
    if (num !== undefined) tickSec = Number(num) / Number(den)
    else if (/^0,/.test(line)) times.push(Number(line.split(',')[2]) * tickSec)
  }
  const end = await child.ended
  if (end.exitCode !== 0) throw toolError(end, 'Looking for key frames')
  return times.filter(Number.isFinite).sort((one, other) => one - other)
}
