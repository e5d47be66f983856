import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
    const errors = lines.filter((line) => / error: /.test(line) && !HARMLESS.some((pattern) => pattern.test(line)))
    return {
      ended: code === 0 && lines.some((line) => line.includes('end of playlist, exiting')),
      errorLines: errors,
      asked: lines.flatMap((line) => /Retrieving (http\S+)/.exec(line)?.[1] ?? []),
    }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
