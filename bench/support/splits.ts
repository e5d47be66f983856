import { mkdir } from 'node:fs/promises'
import { clear } from './clear.ts'
import { WORK } from './films.ts'
import { run } from './run.ts'

const OUT = `${WORK}/out`
const COPY = ['-map', '0:v', '-map', '0:a', '-c', 'copy']
const QUIET = ['-nostdin', '-v', 'error']

export interface Timed {
  readonly ms: number
  /** Until what was written is on the disk, as ours is. */
  readonly durableMs: number
}

export function copyFile(film: string): Promise<Timed> {
  return timed('cp', [film, `${OUT}/film`])
}

/** One pass of ffmpeg that copies into MPEG-TS segments, as servers of video do. */
export function splitToTs(film: string, segmentSec = 6): Promise<Timed> {
  const format = ['-f', 'segment', '-segment_format', 'mpegts', '-individual_header_trailer', '0']
  return timed('ffmpeg', [...QUIET, '-i', film, ...COPY, ...format, '-segment_time', `${segmentSec}`, `${OUT}/%05d.ts`])
}

/** One pass of ffmpeg that copies into fMP4 segments with a playlist. */
export function splitToFmp4(film: string): Promise<Timed> {
  const format = ['-f', 'hls', '-hls_time', '6', '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4']
  return timed('ffmpeg', [...QUIET, '-i', film, ...COPY, ...format, `${OUT}/film.m3u8`])
}

const TRIALS = 10

/** Ten segment lengths are tried before the film is split for good. */
export async function splitByTrial(film: string): Promise<Timed> {
  const sum = { ms: 0, durableMs: 0 }
  for (let trial = 0; trial <= TRIALS; trial++) {
    const { ms, durableMs } = await splitToTs(film, 2 + trial)
    sum.ms += ms
    sum.durableMs += durableMs
  }
  return sum
}

/** Time of a command that writes into OUT. */
async function timed(command: string, args: readonly string[]): Promise<Timed> {
  await clear(OUT)
  await mkdir(OUT, { recursive: true })
  const { ms } = await run(command, args)
  const { ms: syncMs } = await run('sh', ['-c', 'sync "$1"/*', 'sh', OUT])
  await clear(OUT)
  return { ms, durableMs: ms + syncMs }
}
