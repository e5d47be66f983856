import type { Played } from './played.ts'
import { complaints, runPlayer } from './run-player.ts'

/** What it prints about itself, and what it says of this machine when that is busy. */
const HARMLESS = [
  /^AT /,
  /^\(\+\)|^ *\(?\+?\)? *(Video|Audio|Subs) +--/,
  /^(VO|AO): /,
  /^Exiting\.\.\. \(End of file\)$/,
  // Its ffmpeg knows no WebVTT renditions.
  /Can't support the subtitle/,
  /^Audio\/Video desynchronisation detected!|^hardware, temporary CPU spikes|^position will not match to the video/,
]

/** Plays without picture and sound and without waiting for the clock. */
export async function playWithMpv(url: string): Promise<Played> {
  const silent = ['--vo=null', '--ao=null', '--ao-null-untimed=yes', '--untimed', '--video-sync=display-desync']
  const talk = ['--msg-level=all=warn,cplayer=info', `--term-status-msg=AT \${=time-pos}`]
  const { code, stdout, stderr } = await runPlayer('mpv', ['--no-config', ...silent, ...talk, url])
  const said = `${stdout}\n${stderr}`
  const reached = [...said.matchAll(/AT (\d+(?:\.\d+)?)/g)].at(-1)?.[1]
  return {
    ended: code === 0 && said.includes('Exiting... (End of file)'),
    errorLines: complaints(said, HARMLESS),
    ...(reached !== undefined && { reachedSec: Number(reached) }),
  }
}
