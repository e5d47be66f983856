import type { Played } from './played.ts'
import { complaints, runPlayer } from './run-player.ts'

/** ffmpeg 5.1 knows no WebVTT renditions and says so. */
const HARMLESS = [/Can't support the subtitle/]

/** Decodes everything as fast as it can. */
export async function playWithFfmpeg(url: string): Promise<Played> {
  const maps = ['-map', '0:v:0?', '-map', '0:a?', '-fps_mode', 'passthrough']
  const report = ['-nostats', '-progress', 'pipe:1']
  const { code, stdout, stderr } = await runPlayer('ffmpeg', [
    ...['-nostdin', '-v', 'warning', ...report, '-i', url, ...maps, '-f', 'null', '-'],
  ])
  const frames = /.*^frame=(\d+)/ms.exec(stdout)?.[1]
  const reached = /.*^out_time_us=(\d+)/ms.exec(stdout)?.[1]
  return {
    ended: code === 0 && stdout.includes('progress=end'),
    errorLines: complaints(stderr, HARMLESS),
    ...(frames !== undefined && { frames: Number(frames) }),
    ...(reached !== undefined && { reachedSec: Number(reached) / 1e6 }),
  }
}
