import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DiskCookieFiles } from './disk-cookie-files.ts'

let folder: string
const NOW = Date.UTC(2026, 7, 25)
const HOST = 'www.example.com'
const LINE = '.example.com\tTRUE\t/\tTRUE\t2000000000\tsession\tcookie-value'
const BOUND = `# Netscape HTTP Cookie File\n# telereel-domain: example.com\n`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-cookies-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, text: string, mode = 0o600): Promise<void> {
  await writeFile(join(folder, `${name}.txt`), text)
  await chmod(join(folder, `${name}.txt`), mode)
}

function read(name: string, host = HOST) {
  return new DiskCookieFiles(folder, () => NOW).read(name, host)
}

describe('a cookies file', () => {
  it('gives the cookies of the domain it is bound to, and their age', async () => {
    const http = '#HttpOnly_.sub.example.com\tTRUE\t/\tTRUE\t2000000000\tid\tsecond-value'
    const foreign = '.notexample.com\tTRUE\t/\tTRUE\t2000000000\tx\tforeign-value'
    await file('mine', `${BOUND}${LINE}\r\n${http}\n${foreign}\nnonsense\n`)
    await utimes(join(folder, 'mine.txt'), NOW / 1000, NOW / 1000 - 12.5 * 86_400)
    const cookies = await read('mine')
    expect(cookies.text.split('\n')).toEqual(['# Netscape HTTP Cookie File', LINE, http, ''])
    expect(cookies.cookies.map(({ value }) => value)).toEqual(['cookie-value', 'second-value'])
    expect(cookies.ageDays).toBe(12)
  })

  it.each([
    ['another site', 'https://example.org/'],
    ['a name that only ends alike', 'https://badexample.com/'],
    ['a name that only begins alike', 'https://example.com.evil.net/'],
  ])('goes to no other site: %s', async (_, url) => {
    await file('bound', BOUND + LINE)
    await expect(read('bound', new URL(url).hostname)).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it('may be bound to a domain as people write it', async () => {
    await file('letters', `# telereel-domain: Bücher.example\n.xn--bcher-kva.example\tTRUE\t/\tTRUE\t0\ta\tb\n`)
    const { cookies } = await read('letters', new URL('https://www.bücher.example/').hostname)
    expect(cookies).toHaveLength(1)
  })

  it('is of no use while it is bound to nothing, and says how to bind it', async () => {
    await file('unbound', LINE)
    await expect(read('unbound')).rejects.toMatchObject({
      fix: expect.stringContaining('# telereel-domain: example.com'),
    })
  })

  it('is refused when others on the machine can read it', async () => {
    await file('open', BOUND + LINE, 0o644)
    await expect(read('open')).rejects.toMatchObject({
      fix: expect.stringContaining('chmod 600'),
    })
  })

  it('is read again when it has changed', async () => {
    const files = new DiskCookieFiles(folder, () => NOW)
    await file('changed', BOUND + LINE)
    expect((await files.read('changed', HOST)).cookies).toHaveLength(1)
    await file('changed', `${BOUND}${LINE}\n${LINE.replace('session', 'other')}`)
    expect((await files.read('changed', HOST)).cookies).toHaveLength(2)
    await chmod(join(folder, 'changed.txt'), 0o644)
    await expect(files.read('changed', HOST)).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it('may be bound to an address of the owner, and to nothing that only looks like a part of it', async () => {
    await file('camera', `# telereel-domain: 10.0.0.7\n10.0.0.7\tFALSE\t/\tFALSE\t0\tid\tvalue\n`)
    expect((await read('camera', '10.0.0.7')).cookies).toHaveLength(1)
    await expect(read('camera', '10.0.0.77')).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it.each(['../mine', 'a/b', '', '.', 'x'.repeat(65), 'a\0'])('is named by no path: %j', async (name) => {
    await expect(read(name)).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it.runIf(process.platform === 'linux').each(['/dev/zero', '/', 'pipe'])(
    'is refused when it leads to what is no file: %s',
    async (target) => {
      const link = join(folder, 'link.txt')
      await rm(link, { force: true })
      if (target === 'pipe') execFileSync('mkfifo', ['-m', '600', link])
      else await symlink(target, link)
      await expect(read('link')).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('no file'),
      })
    },
  )

  it.runIf(process.platform !== 'win32')(
    'may be a link, as those who keep secrets lay them, to a file of its owner',
    async () => {
      await file('kept', BOUND + LINE)
      await symlink(join(folder, 'kept.txt'), join(folder, 'led.txt'))
      expect((await read('led')).cookies).toHaveLength(1)
      await chmod(join(folder, 'kept.txt'), 0o644)
      await expect(read('led')).rejects.toThrow('can be read by others')
    },
  )

  it('is not there', async () => {
    await expect(read('nowhere')).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('the list of cookies files', () => {
  it('tells for what each is, how old it is, and what keeps it from being used; nothing of what is in it', async () => {
    const own = await mkdtemp(join(folder, 'own-'))
    const write = async (name: string, text: string, { mode = 0o600, days = 0 } = {}) => {
      await writeFile(join(own, name), text, { mode })
      await utimes(join(own, name), NOW / 1000, NOW / 1000 - days * 86_400)
    }
    await write('good.txt', BOUND + LINE, { days: 12.5 })
    await write('empty.txt', BOUND)
    await write('expired.txt', BOUND + LINE.replace('2000000000', '1700000000'))
    await write('open.txt', BOUND + LINE, { mode: 0o644, days: 2 })
    await write('unbound.txt', LINE)
    await write('huge.txt', 'x'.repeat(2 ** 20 + 1))
    await write('notes.md', LINE)
    await write('not a name.txt', LINE)
    const listed = await new DiskCookieFiles(own, () => NOW).list()
    const problem = (words: string) => ({ message: expect.stringContaining(words), fix: expect.anything() })
    expect(listed).toEqual([
      { name: 'empty', domains: ['example.com'], ageDays: 0, problem: problem('no cookie') },
      { name: 'expired', domains: ['example.com'], ageDays: 0, problem: problem('have expired') },
      { name: 'good', domains: ['example.com'], ageDays: 12, problem: null },
      { name: 'huge', domains: [], ageDays: null, problem: { ...problem('larger than 1 MiB'), fix: null } },
      { name: 'open', domains: ['example.com'], ageDays: 2, problem: problem('read by others') },
      { name: 'unbound', domains: [], ageDays: 0, problem: problem('bound to no domain') },
    ])
    expect(JSON.stringify(listed)).not.toContain('cookie-value')
  })

  it('is empty without a folder', async () => {
    expect(await new DiskCookieFiles(join(folder, 'nowhere')).list()).toEqual([])
  })
})
