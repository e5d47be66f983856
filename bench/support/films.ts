import { existsSync } from 'node:fs'
import { mkdir, rename, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { run } from './run.ts'

/** Films and scratch folders; git does not see it. */
export const WORK = fileURLToPath(new URL('../.work', import.meta.url))

const SEED_SEC = 20
/** Noise over a test picture: as hard to compress as a film, about 8 Mbit/s. */
const SEED = [
  ...['-f', 'lavfi', '-i', `testsrc2=s=1280x720:r=24:d=${SEED_SEC},noise=alls=12:allf=t,format=yuv420p`],
  ...['-f', 'lavfi', '-i', `sine=f=440:d=${SEED_SEC}:r=48000`, '-map', '0:v', '-map', '1:a'],
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-g', '48', '-keyint_min', '48', '-sc_threshold', '0'],
  ...['-b:v', '8M', '-maxrate', '10M', '-bufsize', '8M', '-c:a', 'aac', '-b:a', '128k', '-ac', '2'],
]

const SMALL_SEED = SEED.map((option) => ({ '8M': '1900k', '10M': '2200k' })[option] ?? option)

/** Ten minutes whose segments of six seconds have some 1.5 MB, as those of films in the web. */
export async function webFilm(): Promise<string> {
  const seed = await made('small-seed.mp4', SMALL_SEED)
  return made('web.mp4', ['-stream_loop', '29', '-i', seed, '-map', '0', '-c', 'copy'])
}

/** H.264 and AAC of at least so many bytes: a seed of 20 seconds again and again. Made once, kept in the work folder. */
export async function filmOf(container: 'mp4' | 'mkv', byteLength: number): Promise<string> {
  const seed = await made('seed.mp4', SEED)
  const loops = Math.ceil(byteLength / (await stat(seed)).size) - 1
  const options = ['-stream_loop', String(loops), '-i', seed, '-map', '0', '-c', 'copy']
  return made(`film-${Math.round(byteLength / 1e6)}.${container}`, options)
}

async function made(name: string, options: readonly string[]): Promise<string> {
  const path = `${WORK}/${name}`
  if (existsSync(path)) return path
  await mkdir(WORK, { recursive: true })
  const unfinished = `${WORK}/unfinished-${name}`
  await run('ffmpeg', ['-nostdin', '-y', '-v', 'error', ...options, unfinished])
  await rename(unfinished, path)
  return path
}
