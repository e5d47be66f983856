import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mediaFile } from '#test/support/media-matrix.ts'
import { environment, LAUNCHER, runTelereel } from '#test/support/run-telereel.ts'

/** Everything but tab and line feed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/
const NOT_THERE = 'nosuchvideo12345'

let folder: string
/** A library with one film, and one without. */
let library: { readonly dataDir: string }
let empty: { readonly dataDir: string }
let letter: string
let videoId: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-output-'))
  letter = join(folder, 'letter.mp4')
  await writeFile(letter, 'A letter, not a film.')
  library = { dataDir: await mkdtemp(join(folder, 'data-')) }
  empty = { dataDir: await mkdtemp(join(folder, 'data-')) }
  const uploaded = await runTelereel(['upload', '--json', await mediaFile('mp4-moov-first')], library)
  videoId = String(uploaded.json().at(-1)?.videoId)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('--json', () => {
  it.each([
    ['list', '--video-id', 'ID'],
    ['export', '--video-id', 'ID', '--output', 'media'],
  ])('makes %s print one array', async (...args) => {
    const { code, json } = await runTelereel([...withId(args), '--json'], library)
    expect([code, json()]).toEqual([0, [expect.any(Array)]])
    expect(json<readonly unknown[]>()[0]?.length).toBeGreaterThan(0)
  })

  it.each([['links', 'ID'], ['db-stats'], ['cleanup', '--dry-run'], ['delete', '--video-id', 'ID', '--dry-run']])(
    'makes %s print one object',
    async (...args) => {
      const { code, json } = await runTelereel([...withId(args), '--json'], library)
      expect([code, json()]).toEqual([0, [expect.objectContaining({})]])
      expect(Array.isArray(json()[0])).toBe(false)
    },
  )

  it.each(['verify', 'rebuild'])('makes %s print lines that end with a summary', async (verb) => {
    const { code, json } = await runTelereel([verb, '--json'], library)
    expect(code).toBe(0)
    expect(json()).toEqual(json().map(() => expect.objectContaining({ v: 1, type: expect.any(String) })))
    expect(json().at(-1)).toMatchObject({ type: 'summary' })
  })
})

describe('an exit code', () => {
  it.each([
    [2, ['verify', '--level', 'deep']],
    [2, ['verify', '--percent', '101']],
    [2, ['delete']],
    [2, ['upload', 'a.mkv', 'b.mkv', '--title', 'x']],
    [7, ['list', '--video-id', NOT_THERE]],
    [7, ['verify', '--video-id', NOT_THERE]],
    [7, ['export', '--video-id', NOT_THERE]],
    [7, ['rebuild']],
  ] as const)('is %i for %j', async (exit, args) => {
    const { code, stdout, stderr } = await runTelereel(args, empty)
    expect({ code, stderr }).toMatchObject({ code: exit })
    expect(stdout + stderr).not.toMatch(CONTROL)
  })

  it('is 20 when doctor finds a wrong setting', async () => {
    expect((await runTelereel(['doctor'], { ...empty, env: { LOCAL_PORT: 'eighty' } })).code).toBe(20)
  })

  it('is 1 when the only file fails, and 3 when another one succeeds', async () => {
    expect((await runTelereel(['upload', letter], library)).code).toBe(1)
    expect((await runTelereel(['upload', letter, await mediaFile('m4a-only')], library)).code).toBe(3)
  })

  it('is 8 when ffmpeg is missing', async () => {
    const env = { PATH: join(folder, 'nothing-here') }
    const { code, stderr } = await runTelereel(['upload', await mediaFile('m4a-only')], { ...empty, env })
    expect([code, stderr]).toEqual([8, expect.stringContaining('[tool-missing]')])
  })
})

describe('an error', () => {
  it('is what, why and fix, a line each, and a stack only with --debug', async () => {
    const { stderr } = await runTelereel(['upload', '--quiet', letter], library)
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^✖ .+ {2}\[not-media\]$/),
      expect.stringMatching(/^ {2}Why {3}\S/),
      expect.stringMatching(/^ {2}Fix {3}\S/),
    ])
    expect((await runTelereel(['links', NOT_THERE, '--debug'], library)).stderr).toMatch(/^ +at .+:\d+:\d+/m)
  })
})

describe('a terminal', () => {
  it('gets colours, nothing else does, and NO_COLOR forbids them', async () => {
    expect((await runTelereel(['doctor'], library)).stdout).not.toMatch(CONTROL)
    expect((await runTelereel(['doctor', '--color', 'always'], library)).stdout).toContain('\u001b[')
    expect(await onTerminal(['doctor'])).toContain('\u001b[')
    expect(await onTerminal(['doctor'], { NO_COLOR: '1' })).not.toContain('\u001b[')
    expect(await onTerminal(['doctor', '--color', 'never'])).not.toContain('\u001b[')
  })

  it('gets a line that moves, nothing else does', async () => {
    const film = await mediaFile('m4a-only')
    expect(await onTerminal(['upload', film])).toContain('\r\u001b[K')
    const { stdout, stderr } = await runTelereel(['upload', film], library)
    expect(stdout + stderr).not.toMatch(CONTROL)
  })
})

function withId(args: readonly string[]): string[] {
  return args.map((arg) => (arg === 'ID' ? videoId : arg))
}

/** Runs a command with a terminal as its output (util-linux `script`). */
async function onTerminal(args: readonly string[], extra: Record<string, string> = {}): Promise<string> {
  const command = [process.execPath, LAUNCHER, ...args].map((word) => `'${word}'`).join(' ')
  const env = { ...environment(library.dataDir, extra), TERM: 'xterm-256color' }
  const { stdout } = await promisify(execFile)('script', ['-qec', command, '/dev/null'], { env, cwd: library.dataDir })
  return stdout
}
