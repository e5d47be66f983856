import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mediaFile } from '../support/media-matrix.ts'
import { environment, LAUNCHER, runTelereel } from '../support/run-telereel.ts'
import { makeDataDir } from '../support/start-server.ts'
import { uploadByCli } from '../support/upload-by-cli.ts'

const ESCAPE = '\u001b['
const NOT_THERE = 'nosuchvideo12345'

/** A library with one film. */
let dataDir: string
let videoId: string
const run = (...args: string[]) =>
  runTelereel(
    args.map((arg) => (arg === 'ID' ? videoId : arg)),
    { dataDir },
  )
beforeAll(async () => {
  dataDir = await makeDataDir()
  videoId = (await uploadByCli({ dataDir }, await mediaFile('m4a-only'))).videoId
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

describe('--json', () => {
  it.each([
    ['list', '--video-id', 'ID'],
    ['export', '--video-id', 'ID', '--output', 'media'],
  ])('makes %s print one array', async (...args) => {
    const { code, json } = await run(...args, '--json')
    expect([code, json()]).toEqual([0, [expect.any(Array)]])
    expect(json<readonly unknown[]>()[0]?.length).toBeGreaterThan(0)
  })

  it.each([['links', 'ID'], ['db-stats'], ['cleanup', '--dry-run'], ['delete', '--video-id', 'ID', '--dry-run']])(
    'makes %s print one object',
    async (...args) => {
      const { code, json } = await run(...args, '--json')
      expect([code, json()]).toEqual([0, [expect.objectContaining({})]])
      expect(Array.isArray(json()[0])).toBe(false)
    },
  )

  it.each(['verify', 'rebuild'])('makes %s print lines that end with a summary', async (verb) => {
    const { code, json } = await run(verb, '--json')
    expect(code).toBe(0)
    expect(json()).toEqual(json().map(() => expect.objectContaining({ v: 1, type: expect.any(String) })))
    expect(json().at(-1)).toMatchObject({ type: 'summary' })
  })
})

describe('an exit code', () => {
  it.each([
    [2, ['verify', '--level', 'deep']],
    [2, ['upload', 'a.mkv', 'b.mkv', '--title', 'x']],
    [7, ['verify', '--video-id', NOT_THERE]],
    [7, ['export', '--video-id', NOT_THERE]],
  ] as const)('is %i for %j', async (exit, args) => {
    expect(await run(...args)).toMatchObject({ code: exit })
  })

  it('is 3 when one file is no film and another is', async () => {
    const letter = join(dataDir, 'letter.mp4')
    await writeFile(letter, 'A letter, not a film.')
    const { code, stderr } = await run('upload', letter, await mediaFile('m4a-only'))
    expect([code, stderr]).toEqual([3, expect.stringMatching(/letter\.mp4: .*not a video/)])
  })

  it('is 8 when ffmpeg is missing', async () => {
    const [folder, env] = [join(dataDir, 'empty'), { PATH: join(dataDir, 'nothing-here') }]
    await mkdir(folder)
    const { code, stderr } = await runTelereel(['upload', await mediaFile('m4a-only')], { dataDir: folder, env })
    expect([code, stderr]).toEqual([8, expect.stringContaining('[tool-missing]')])
    // With ffmpeg the same command goes on with the same video.
    expect(await runTelereel(['upload', await mediaFile('m4a-only')], { dataDir: folder })).toMatchObject({ code: 0 })
    const listed = (await runTelereel(['list', '--json'], { dataDir: folder })).json()
    expect(listed).toMatchObject([[{ status: 'active' }]])
    expect(listed[0]).toHaveLength(1)
  })

  it('is 20 when doctor finds a wrong setting', async () => {
    const { code } = await runTelereel(['doctor'], { dataDir, env: { LOCAL_PORT: 'eighty' } })
    expect(code).toBe(20)
  })
})

it('says that what it printed did not get where it should, and goes on with its work', async () => {
  const full = await open('/dev/full', 'w')
  const command = spawn(process.execPath, [LAUNCHER, 'upload', '--json', await mediaFile('m4a-only')], {
    ...{ env: environment(dataDir), cwd: dataDir, stdio: ['ignore', full.fd, 'pipe'] },
  })
  const [said, [code]] = await Promise.all([text(command.stderr as Readable), once(command, 'close')])
  await full.close()
  expect(code).toBe(9)
  expect(said).toMatch(/Standard output cannot be written: the disk is full/)
  expect(said).not.toMatch(/^\s+at /m)
  const [videos] = (await run('list', '--json')).json<{ status: string }[]>()
  expect(videos?.map(({ status }) => status)).toContain('active')
  expect(videos?.map(({ status }) => status)).not.toContain('processing')
})

it('tells the stack of an error with --debug', async () => {
  expect((await run('links', NOT_THERE, '--debug')).stderr).toMatch(/^ +at .+:\d+:\d+/m)
})

describe('a terminal', () => {
  it('gets colours, nothing else does, and NO_COLOR forbids them', async () => {
    expect((await run('doctor')).stdout).not.toContain(ESCAPE)
    expect((await run('doctor', '--color', 'always')).stdout).toContain(ESCAPE)
    expect(await onTerminal(['doctor'])).toContain(ESCAPE)
    expect(await onTerminal(['doctor'], { NO_COLOR: '1' })).not.toContain(ESCAPE)
    expect(await onTerminal(['doctor', '--color', 'never'])).not.toContain(ESCAPE)
  })

  it('gets a line that moves, nothing else does', async () => {
    const film = await mediaFile('m4a-only')
    expect(await onTerminal(['upload', film])).toContain(`\r${ESCAPE}K`)
    const { stdout, stderr } = await run('upload', film)
    expect(stdout + stderr).not.toMatch(/[^\n\P{Cc}]/u)
  })
})

/** Runs a command with a terminal as its output (util-linux `script`). */
async function onTerminal(args: readonly string[], extra: Record<string, string> = {}): Promise<string> {
  const command = [process.execPath, LAUNCHER, ...args].map((word) => `'${word}'`).join(' ')
  const env = { ...environment(dataDir, extra), TERM: 'xterm-256color' }
  const { stdout } = await promisify(execFile)('script', ['-qec', command, '/dev/null'], { env, cwd: dataDir })
  return stdout
}
