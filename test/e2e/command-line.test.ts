import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VideoId } from '#domain/ids.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { type CommandResult, runTelereel, startTelereel } from '../support/run-telereel.ts'
import { makeDataDir, startServer } from '../support/start-server.ts'
import { leftovers, readStored } from '../support/stored-bytes.ts'
import { uploadByCli } from '../support/upload-by-cli.ts'

const VERBS = [
  ...['serve', 'doctor', 'config', 'test-bots'],
  ...['upload', 'download', 'list', 'links', 'delete', 'export'],
  ...['verify', 'rebuild', 'db-stats', 'cleanup'],
]
const HELP_COLUMNS = 80

let dataDir: string
const run = (...args: string[]): Promise<CommandResult> => runPlain(args)

beforeAll(async () => {
  dataDir = await makeDataDir()
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

describe('help', () => {
  it('names every verb, and no other', async () => {
    const { code, stdout } = await run('--help')
    expect(code).toBe(0)
    expect([...stdout.matchAll(/^ {2}([a-z][a-z-]*) \[options\]/gm)].map(([, verb]) => verb)).toEqual(VERBS)
  })

  it.each(VERBS)('of %s begins with a sentence, has examples and fits a narrow terminal', async (verb) => {
    const { code, stdout, stderr } = await run(verb, '--help')
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/^[A-Z][a-z.,;:/_ A-Z0-9\n]*\.\n\nExamples:\n {2}telereel /)
    expect(stdout).toMatch(/^Exit codes: 0 /m)
    expect(stdout.split('\n').filter((line) => line.length > HELP_COLUMNS)).toEqual([])
  })

  it('survives a reader that leaves at once', async () => {
    const child = startTelereel(['config'], { dataDir })
    child.stdout?.destroy()
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    expect(await new Promise((done) => child.once('close', done))).toBe(0)
    expect(said).toBe('')
  })

  it('says the version', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(await run('--version')).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

describe('a mistake', () => {
  it.each([
    ['a verb that is none', ['uplaod'], 2, /Did you mean upload\?/],
    ['an option that is none', ['list', '--jsno'], 2, /--jsno/],
    ['no file', ['upload'], 2, /Fix {3}telereel upload FILE/],
    ['a file that is not there', ['upload', '--video', 'gone.mp4'], 7, /gone\.mp4.*\n {2}Fix {3}\S/],
    ['a folder', ['upload', '--video', '.'], 2, /not a file.*\n {2}Fix {3}\S/],
    ['a video that is not there', ['links', 'nosuchid0000000'], 7, /nosuchid0000000/],
    ['deleting what is not there', ['delete', '--video-id', 'nosuchid0000000'], 7, /nosuchid0000000/],
    ['an order that is none', ['list', '--sort', 'colour'], 2, /created, title, duration, size/],
    ['a word for colours that is none', ['list', '--color', 'blue'], 2, /auto, always, never/],
    ['a recovery key of no store', ['rebuild', '--recovery-key', 'KEY'], 2, /of no use.*\n {2}Fix .*BOT_TOKEN/],
    ['an age that is no number', ['cleanup', '--hours', 'old'], 2, /--hours/],
  ] as const)('%s is said in words', async (_, args, exit, words) => {
    const { code, stdout, stderr } = await run(...args)
    expect(code).toBe(exit)
    expect(stderr).toMatch(words)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(stdout).toBe('')
  })

  it('in a setting is named with what is allowed', async () => {
    const { code, stderr } = await runPlain(['list'], { LOCAL_PORT: 'abc' })
    expect(code).toBe(2)
    expect(stderr.split('\n').find((line) => line.includes('LOCAL_PORT'))).toMatch(/"abc".*allowed: .*65535/)
  })

  it.each(['list', 'doctor', 'serve'])('in DATA_DIR is said in words by %s', async (verb) => {
    const file = join(dataDir, 'a-file')
    await writeFile(file, '')
    const { code, stdout, stderr } = await runPlain([verb], { DATA_DIR: join(file, 'data') })
    expect(code).toBe(verb === 'doctor' ? 20 : 2)
    expect(stdout + stderr).toMatch(/data folder .* a part of that path is a file.*\n.*Fix:? .*DATA_DIR/)
  })

  it.each([
    ['list', { LOG_FILE: '/dev/null/telereel.log' }, /log file .*\n.*\n.*LOG_FILE/],
    ['serve', { LOG_FILE: '/dev/null/telereel.log' }, /log file .*\n.*\n.*LOG_FILE/],
    ['serve', { SSL_CERT_PATH: '/dev/null', SSL_KEY_PATH: '/gone' }, /certificate .*\n.*gone.*\n.*SSL_KEY_PATH/],
  ] as const)('in a path is said in words by %s: %j', async (verb, env, words) => {
    const { code, stderr } = await runPlain([verb], env)
    expect([code, stderr]).toEqual([2, expect.stringMatching(words)])
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  it('in the name of a setting is found by config', async () => {
    const folder = join(dataDir, 'with-env')
    await mkdir(folder)
    await writeFile(join(folder, '.env'), 'LOCAL_PROT=80\n')
    const { stderr } = await runPlain(['config'], {}, folder)
    expect(stderr).toContain('LOCAL_PROT in .env is no setting; did you mean LOCAL_PORT?')
  })

  it.each(['list', 'config'])('of the kind that a .env is a folder is said in words by %s', async (verb) => {
    const folder = join(dataDir, `env-is-a-folder-of-${verb}`)
    await mkdir(join(folder, '.env'), { recursive: true })
    const { code, stderr } = await runPlain([verb], {}, folder)
    expect([code, stderr]).toEqual([
      verb === 'list' ? 2 : 0,
      expect.stringMatching(/\.env cannot be read: it is a folder\./),
    ])
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  it('is one JSON object on standard error when JSON is asked for', async () => {
    const { code, stdout, stderr } = await run('links', 'nosuchid0000000', '--json')
    expect(JSON.parse(stderr)).toMatchObject({ type: 'error', code: 'video-not-found', exit: code })
    expect(stdout).toBe('')
  })
})

describe('what is shown', () => {
  it('of an empty library is an empty array', async () => {
    expect((await run('list', '--json')).json()).toEqual([[]])
  })

  it.each(['config', 'config --json', 'config --changed', 'doctor', 'doctor --json'])(
    'holds no secret: %s',
    async (line) => {
      const secrets = {
        BOT_TOKEN: '123456789:AAcanaryAAcanaryAAcanaryAAcanaryAAc',
        ADMIN_PASSWORD: 'canary-pass-word',
        R2_SECRET_KEY: 'canary-secret-key',
        REDIS_PASSWORD: 'canary-redis',
      }
      const { stdout, stderr } = await runPlain(line.split(' '), { ...secrets, STORE: 'disk' })
      expect(stdout).not.toBe('')
      // It did read them.
      if (line === 'config --changed') for (const name of Object.keys(secrets)) expect(stdout).toContain(name)
      expect(stdout + stderr).not.toMatch(/canary/i)
    },
  )

  it('by doctor is a state for each thing', async () => {
    const [checks] = (await run('doctor', '--json')).json<{ name: string; state: string; detail: string }[]>()
    expect(checks?.map(({ name }) => name)).toEqual(expect.arrayContaining(['settings', 'ffmpeg', 'sandbox', 'store']))
    for (const { state, detail } of checks ?? []) {
      expect(['good', 'warning', 'bad']).toContain(state)
      expect(detail).toMatch(/\S/)
    }
  })
})

describe('the recovery key', () => {
  // Nothing listens there, and nothing needs to.
  const telegram = {
    BOT_TOKEN: '123456789:AAabcdefghijklmnopqrstuvwxyz0123456',
    CHAT_ID: '-1001234567890',
    BOT_API_ROOT: 'http://127.0.0.1:9',
  }

  it.each(['list', 'doctor'])('is shown by the verb that makes it, also when that is %s', async (verb) => {
    const folder = join(dataDir, `key-of-${verb}`)
    await mkdir(folder)
    const first = await runPlain([verb], telegram, folder)
    const key = (await runPlain(['config', '--recovery-key'], telegram, folder)).stdout.trim()
    expect(key).toMatch(/^(\w{5}-){11}\w{5}$/)
    expect(first.stdout + first.stderr).toContain(key)
    const again = await runPlain([verb], telegram, folder)
    expect(again.stdout + again.stderr).not.toContain(key)
  })

  it('is shown by a rebuild that makes it before anything is asked of the channel, and Ctrl-C ends that', async () => {
    const folder = join(dataDir, 'key-of-rebuild')
    await mkdir(folder)
    const child = startTelereel(['rebuild'], { dataDir: folder, env: telegram })
    const said = await saidUntil(child, /Looking for/)
    child.kill('SIGINT')
    expect(await new Promise((done) => child.once('close', done))).toBe(130)
    expect(said).toContain((await readFile(join(folder, 'recovery-key'), 'utf8')).trim())
  })
})

describe('a video', () => {
  it('goes in, is listed, and is gone after its deletion', async () => {
    const path = await mediaFile('mp4-moov-first')
    const before = await readFile(path)
    const uploaded = await uploadByCli({ dataDir }, path)
    expect(uploaded.code, uploaded.stderr).toBe(0)
    const videoId = uploaded.videoId as VideoId
    const lines = uploaded.json<{ type: string; videoId?: string }>()
    expect(lines.at(-1)).toMatchObject({ type: 'summary', videoId, links: { local: expect.stringContaining(videoId) } })
    expect(lines.filter(({ type }) => type === 'summary')).toHaveLength(1)
    const [listed] = (await run('list', '--json')).json<{ id: string; status: string }[]>()
    expect(listed).toMatchObject([{ id: videoId, status: 'active' }])
    expect((await run('links', videoId)).stdout).toContain(`/playlist/local/${videoId}.m3u8`)
    expect((await run('list')).stdout).toContain(videoId)

    const { packs } = (await readStored(dataDir, videoId)).record
    expect(packs.length).toBeGreaterThan(0)
    expect((await run('delete', '--video-id', videoId, '--dry-run')).stdout).toMatch(/^Would delete /)
    expect((await readStored(dataDir, videoId)).record.packs).toEqual(packs)

    expect(await run('delete', '--video-id', videoId)).toMatchObject({ code: 0 })
    await expect(readStored(dataDir, videoId)).rejects.toMatchObject({ code: 'video-not-found' })
    expect(existsSync(join(dataDir, 'blobs', videoId))).toBe(false)
    expect((await run('list', '--json')).json()).toEqual([[]])
    const [stats] = (await run('db-stats', '--json')).json<Record<string, unknown>>()
    expect(stats).toMatchObject({ segments: 0 })
    expect(await leftovers(dataDir)).toEqual([])
    expect(await readFile(path)).toEqual(before)
  })

  it('cannot be exported to where nothing can be written, which is said in words', async () => {
    await uploadByCli({ dataDir }, await mediaFile('m4a-only'))
    const { code, stderr } = await run('export', '--output', '/dev/null/media')
    expect([code, stderr]).toEqual([2, expect.stringMatching(/cannot be written.*\n {2}Fix .*--output/)])
  })

  it('that fails leaves the others alone', async () => {
    const both = await run('upload', '--json', '--video', 'gone.mp4', await mediaFile('m4a-only'))
    expect(both.code).toBe(3)
    expect(both.json().at(-1)).toMatchObject({ type: 'summary' })
  })
})

describe('cleanup', () => {
  it('removes nothing in a dry run, and what is old and needed by nobody otherwise', async () => {
    const [old, fresh] = [join(dataDir, 'uploads', 'old'), join(dataDir, 'uploads', 'fresh')]
    await mkdir(join(dataDir, 'uploads'), { recursive: true })
    for (const path of [old, fresh]) await writeFile(path, 'left behind')
    await utimes(old, new Date('2020-01-01'), new Date('2020-01-01'))
    const dry = await run('cleanup', '--dry-run', '--json')
    expect(dry.json()).toMatchObject([{ dryRun: true, files: [{ path: old, byteLength: 11 }], bytes: 11 }])
    expect([old, fresh].map(existsSync)).toEqual([true, true])
    expect((await run('cleanup')).stdout).toContain('in 1 file')
    expect([old, fresh].map(existsSync)).toEqual([false, true])
  })

  it('removes what a download left that no list holds any more', async () => {
    const folder = join(dataDir, 'downloads', 'forgotten', 'result')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'film.ts'), 'left behind')
    await utimes(join(folder, 'film.ts'), new Date('2020-01-01'), new Date('2020-01-01'))
    expect((await run('cleanup')).stdout).toContain('in 1 file')
    expect(existsSync(join(folder, 'film.ts'))).toBe(false)
  })
})

describe('a data folder', () => {
  it('has one server at a time, through which commands go', async () => {
    await using server = await startServer()
    const second = await runPlain(['serve'], {}, server.dataDir)
    expect(second.code).toBe(5)
    expect(second.stderr).toContain('[library-locked]')
    expect((await uploadByCli(server, await mediaFile('m4a-only'))).code).toBe(0)
    expect(await server.api.videos()).toHaveLength(1)
    expect(await server.api.get('/health')).toMatchObject({ ok: true })
  })

  it('whose server is killed leaves its work to the command that waits for it', async () => {
    await using server = await startServer()
    const film = await mediaFile('mp4-moov-first')
    const child = startTelereel(['upload', '--json', film], { dataDir: server.dataDir })
    const ended = new Promise((done) => child.once('close', done))
    child.stdout?.once('data', () => void server.kill9())
    expect(await ended).toBe(0)
    const [videos] = (await runPlain(['list', '--json'], {}, server.dataDir)).json<unknown[]>()
    expect(videos).toMatchObject([{ status: 'active' }])
  })
})

/** What it has said on standard error when these words are there, or when it has ended. */
async function saidUntil({ stderr }: ChildProcess, words: RegExp): Promise<string> {
  let said = ''
  for await (const text of stderr?.setEncoding('utf8') ?? []) {
    said += text
    if (words.test(said)) break
  }
  return said
}

/** Runs it, and expects that nothing it says could move a terminal: nobody watches. */
async function runPlain(args: readonly string[], env = {}, folder = dataDir): Promise<CommandResult> {
  const result = await runTelereel(args, { dataDir: folder, env })
  expect(result.stdout + result.stderr).not.toMatch(/[^\n\P{Cc}]/u)
  return result
}
