import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findYtdlp } from './find-ytdlp.ts'
import { openPageToolLab, realYtdlp } from './ytdlp.test-support.ts'

const SYSTEM = '/usr/local/bin:/usr/bin:/bin'
const run = promisify(execFile)
// Each run of yt-dlp takes a second of a processor, more on a machine that does other things.
vi.setConfig({ testTimeout: 90_000 })

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-find-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A program that says what yt-dlp of that version would, and nothing else. */
async function standIn(name: string, script: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return path
}

const noProxy = () => Promise.reject(new Error('nothing goes out'))

describe('yt-dlp', () => {
  it('is found, runs in the sandbox of this machine, and says its version', async () => {
    const tool = await findYtdlp({ ytdlpPath: realYtdlp(), searchPath: SYSTEM })
    expect(tool.version.text).toBe('2026.08.19')
    expect(tool.sandbox.level).not.toBe('none')
    expect(tool.command).toContain(join(dirname(realYtdlp()), 'yt_dlp', '__main__.py'))
  })

  it('is found through a link, as pipx makes one', async () => {
    await symlink(realYtdlp(), join(folder, 'linked-yt-dlp'))
    const tool = await findYtdlp({ ytdlpPath: join(folder, 'linked-yt-dlp'), searchPath: SYSTEM })
    expect(tool).toMatchObject({ version: { text: '2026.08.19' } })
    expect(tool.sandbox.level).not.toBe('none')
  })

  it('is found as one file, as it is released', async () => {
    const sources = join(folder, 'sources')
    await mkdir(sources)
    await cp(join(dirname(realYtdlp()), 'yt_dlp'), join(sources, 'yt_dlp'), {
      recursive: true,
      filter: (path) => !path.includes('__pycache__'),
    })
    await cp(join(sources, 'yt_dlp', '__main__.py'), join(sources, '__main__.py'))
    const zip = join(folder, 'zipped')
    await run('/usr/bin/python3', ['-m', 'zipapp', sources, '-o', zip, '-p', '/usr/bin/env python3'])
    await chmod(zip, 0o755)
    const tool = await findYtdlp({ ytdlpPath: zip, searchPath: SYSTEM })
    expect(tool).toMatchObject({ version: { text: '2026.08.19' } })
    expect(tool.command.at(-1)).toBe(zip)
    expect(tool.sandbox.level).not.toBe('none')
  })

  it('is missed in words when it is not there, and looked for again when it has come', async () => {
    const path = join(folder, 'comes-later')
    await using lab = await openPageToolLab({ startProxy: noProxy, ytdlpPath: path })
    await expect(lab.tool.look('https://example.com/', lab.look())).rejects.toMatchObject({
      code: 'tool-missing',
      fix: expect.stringContaining('pipx install yt-dlp'),
    })
    expect(lab.tool.describe()).toMatchObject({ version: null, problem: { message: 'yt-dlp is missing.' } })
    await standIn('comes-later', 'echo 2026.08.20')
    expect(await lab.tool.check()).toEqual({ version: '2026.08.20', problem: null })
  })

  it.each([
    ['2023.03.04', 'too old'],
    ['2026.05.31', 'too old'],
  ])('is not used when it is too old: %s', async (version, words) => {
    const ytdlpPath = await standIn(`old-${version}`, `echo ${version}`)
    await using lab = await openPageToolLab({ startProxy: noProxy, ytdlpPath })
    await expect(lab.tool.look('https://example.com/', lab.look())).rejects.toMatchObject({
      code: 'tool-missing',
      message: expect.stringContaining(version),
      fix: expect.stringContaining('pipx upgrade yt-dlp'),
    })
    expect(lab.tool.describe()).toMatchObject({ version, problem: { message: expect.stringContaining(words) } })
  })

  it('is used when it is getting old, with the advice to update it', async () => {
    await using lab = await openPageToolLab({
      startProxy: noProxy,
      ytdlpPath: await standIn('stale', 'echo 2026.06.20.232701'),
      nowMs: () => Date.UTC(2026, 7, 25),
    })
    expect(await lab.tool.check()).toMatchObject({
      version: '2026.06.20.232701',
      problem: { message: expect.stringContaining('66 days old') },
    })
    expect(lab.events).toMatchObject([{ kind: 'note', level: 'warn' }])
  })

  it.each([
    ['says something else', 'echo hello'],
    ['fails', 'exit 3'],
  ])('is not taken for what %s', async (name, script) => {
    const ytdlpPath = await standIn(`not-${name.replaceAll(' ', '-')}`, script)
    await expect(findYtdlp({ ytdlpPath, searchPath: SYSTEM })).rejects.toMatchObject({ code: 'tool-missing' })
  })
})

describe('working folders', () => {
  it('that a crash left are gone before the first run: they may hold cookies', async () => {
    await using lab = await openPageToolLab({
      startProxy: noProxy,
      ytdlpPath: await standIn('newest', 'echo 2026.08.20'),
    })
    const left = join(lab.workDir, 'ytdlp-abc123')
    await mkdir(left, { recursive: true })
    await writeFile(join(left, 'cookies.txt'), 'secret')
    await writeFile(join(lab.workDir, 'of-somebody-else'), 'kept')
    await lab.tool.check()
    await expect(readFile(join(left, 'cookies.txt'))).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await readFile(join(lab.workDir, 'of-somebody-else'), 'utf8')).toBe('kept')
  })
})
