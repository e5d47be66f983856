import { chmod, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
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

  it('is not there', async () => {
    await expect(read('nowhere')).rejects.toMatchObject({ code: 'not-found' })
  })
})
