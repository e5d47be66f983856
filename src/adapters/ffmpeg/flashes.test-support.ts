import { bytesOf, type Cut, written } from './cut.test-support.ts'
import { ffmpeg, H264, type TestFolder } from './media.test-support.ts'

/** White and a tone at the beginning of each second, for a tenth of it. */
export function flashes({ seconds, startSec }: { seconds: number; startSec: number }): string[] {
  const white = `color=black:size=160x90:rate=25:duration=${seconds},drawbox=color=white:t=fill:enable='lt(mod(t,1),0.1)'`
  const beep = `aevalsrc=exprs='if(lt(mod(t,1),0.1),0.8*sin(2*PI*1000*t),0)':sample_rate=48000:duration=${seconds}`
  const codecs = [
    ...H264,
    '-g',
    '25',
    '-keyint_min',
    '25',
    '-sc_threshold',
    '0',
    '-bf',
    '2',
    '-c:a',
    'aac',
    '-b:a',
    '128k',
  ]
  return ['-f', 'lavfi', '-i', white, '-f', 'lavfi', '-i', beep, ...codecs, '-output_ts_offset', String(startSec)]
}

/** The tracks of a cut as a player gets them, in one file. */
export async function remuxed(
  folder: TestFolder,
  cut: Cut,
  name: string,
  tracks: readonly number[] = [0, 1],
): Promise<string> {
  const paths: string[] = []
  for (const track of tracks) paths.push(await written(folder, `${name}-${track}.mp4`, bytesOf(cut.pieces, track)))
  const out = folder.file(`${name}.mkv`)
  const inputs = paths.flatMap((path) => ['-i', path])
  await ffmpeg('-copyts', ...inputs, ...paths.flatMap((_, at) => ['-map', String(at)]), '-c', 'copy', '-copyts', out)
  return out
}

/** When the picture becomes white. */
export async function flashTimes(path: string): Promise<number[]> {
  const filter = 'signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-'
  const said = await ffmpeg('-copyts', '-i', path, '-map', '0:v', '-vf', filter, '-f', 'null', '-')
  const frames = [...said.matchAll(/pts_time:([\d.]+)\s+\S*YAVG=([\d.]+)/g)]
  return risingEdges(frames.map(([, sec, level]) => [Number(sec), Number(level) > 128]))
}

/** When the tone begins. */
export async function beepTimes(path: string): Promise<number[]> {
  const filter = 'asetnsamples=240,astats=metadata=1:reset=1,ametadata=print:key=lavfi.astats.1.Peak_level:file=-'
  const said = await ffmpeg('-copyts', '-i', path, '-map', '0:a', '-af', filter, '-f', 'null', '-')
  const frames = [...said.matchAll(/pts_time:([\d.]+)\s+\S*Peak_level=(\S+)/g)]
  return risingEdges(frames.map(([, sec, level]) => [Number(sec), Number(level) > -12]))
}

function risingEdges(levels: readonly (readonly [number, boolean])[]): number[] {
  return levels.flatMap(([sec, isHigh], at) => (isHigh && !levels[at - 1]?.[1] ? [sec] : []))
}
