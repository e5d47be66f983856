import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A folder for one test file; removed when disposed of. */
export interface TestFolder extends AsyncDisposable {
  readonly path: string
  file(name: string): string
}

export async function testFolder(): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), 'telereel-ffmpeg-'))
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}

/** Runs ffmpeg as a test's own tool, to make or to decode media. Resolves with what it says on stdout. */
export async function ffmpeg(...options: readonly string[]): Promise<string> {
  const { stdout } = await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...options], { maxBuffer: 256 * 2 ** 20 })
  return stdout
}

export async function ffprobe(...options: readonly string[]): Promise<string> {
  const { stdout } = await run('ffprobe', ['-v', 'error', ...options], { maxBuffer: 256 * 2 ** 20 })
  return stdout
}

/** Small moving pictures with a burnt-in counter, and a tone. */
export function picture({ seconds = 4, size = '320x180', rate = '25' } = {}): string[] {
  return ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`]
}

export function tone({ seconds = 4, hz = 440, rate = 48_000 } = {}): string[] {
  return ['-f', 'lavfi', '-i', `sine=frequency=${hz}:sample_rate=${rate}:duration=${seconds}`]
}

export const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-threads', '1']
