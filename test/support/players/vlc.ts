import { execFile } from 'node:child_process'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Played } from './played.ts'
import { runPlayer } from './run-player.ts'

/** VLC refuses root; this is Debian's and Fedora's nobody. */
const NOBODY = 65_534

/** About the machine (no screen, no desktop), or about every stream there is. */
const HARMLESS = [
  /dbus interface error|interface "(dbus|globalhotkeys),none" initialization failed|no suitable interface module/,
  /(libva|vdpau|vaapi|drm)\b/i,
  // DTS in MP4 tells its rate in the first packet only; VLC asks before that, then plays.
  /too low audio sample frequency \(0\)|failed to create audio output/,
  // Eight times as fast as usual is too fast for large pictures on a busy machine.
  /computer too slow \?/,
  // Where the picture begins after the sound; it plays on.
  /buffer deadlock prevented/,
]

/** Plays eight times as fast as usual, without picture and sound. */
export async function playWithVlc(url: string): Promise<Played> {
  const home = await mkdtemp(join(tmpdir(), 'telereel-vlc-'))
  const isRoot = process.getuid?.() === 0
  try {
    if (isRoot) await chown(home, NOBODY, NOBODY)
    const silent = ['-I', 'dummy', '-vv', '--vout=vdummy', '--aout=adummy', '--rate=8', '--play-and-exit', '--no-color']
    const { code, stderr } = await runPlayer('cvlc', [...silent, url], {
      env: { HOME: home, XDG_RUNTIME_DIR: home },
      ...(isRoot && { user: { uid: NOBODY, gid: NOBODY } }),
    })
    const lines = stderr.split('\n')
    return {
      ended: code === 0 && lines.some((line) => line.includes('end of playlist, exiting')),
      errorLines: errorsIn(stderr),
      asked: lines.flatMap((line) => /Retrieving (http\S+)/.exec(line)?.[1] ?? []),
    }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** Of the filter that saves pictures, which tries all ways to convert them. */
const SHOOTING = /filter error: |'scene'/

/** The numbers in the pictures that VLC shows when it begins in the middle, each once, in order; and its complaints. */
export async function lookWithVlc(url: string, fromSec: number, blockPixels: number, bits: number) {
  const home = await mkdtemp(join(tmpdir(), 'telereel-vlc-'))
  const isRoot = process.getuid?.() === 0
  try {
    if (isRoot) await chown(home, NOBODY, NOBODY)
    const silent = ['-I', 'dummy', '-vv', '--vout=vdummy', '--aout=adummy', '--play-and-exit', '--no-color']
    const shots = ['--video-filter=scene', '--scene-format=png', '--scene-ratio=1', `--scene-path=${home}`]
    const span = [`--start-time=${fromSec}`, '--run-time=1.5']
    const { stderr } = await runPlayer('cvlc', [...silent, ...shots, '--scene-prefix=shot', ...span, url], {
      env: { HOME: home, XDG_RUNTIME_DIR: home },
      ...(isRoot && { user: { uid: NOBODY, gid: NOBODY } }),
    })
    const look = `crop=${bits * blockPixels}:${blockPixels}:0:0,scale=${bits}:1:flags=area,format=gray`
    const input = ['-nostdin', '-v', 'error', '-pattern_type', 'glob', '-i', `${home}/shot*.png`]
    const decode = [...input, '-vf', look, '-f', 'rawvideo', '-']
    const { stdout } = await promisify(execFile)('ffmpeg', decode, { encoding: 'buffer' })
    const numbers = Array.from({ length: stdout.byteLength / bits }, (_, at) =>
      stdout.subarray(at * bits, (at + 1) * bits).reduce((sum, luma, bit) => sum + (luma > 127 ? 2 ** bit : 0), 0),
    )
    return { numbers: [...new Set(numbers)], errorLines: errorsIn(stderr).filter((line) => !SHOOTING.test(line)) }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

function errorsIn(said: string): string[] {
  return said.split('\n').filter((line) => / error: /.test(line) && !HARMLESS.some((pattern) => pattern.test(line)))
}
