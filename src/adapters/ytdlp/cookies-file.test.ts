import { chmod, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCookies } from './cookies-file.ts'

let folder: string
const NOW = Date.UTC(2026, 7, 25)
const PAGE = new URL('https://www.example.com/film')
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

describe('a cookies file', () => {
  it('gives the cookies of the domain it is bound to, and their age', async () => {
    const http = '#HttpOnly_.sub.example.com\tTRUE\t/\tTRUE\t2000000000\tid\tsecond-value'
    const foreign = '.notexample.com\tTRUE\t/\tTRUE\t2000000000\tx\tforeign-value'
    await file('mine', `${BOUND}${LINE}\r\n${http}\n${foreign}\nnonsense\n`)
    await utimes(join(folder, 'mine.txt'), NOW / 1000, NOW / 1000 - 12.5 * 86_400)
    const cookies = await readCookies(folder, 'mine', PAGE, NOW)
    expect(cookies.text.split('\n')).toEqual(['# Netscape HTTP Cookie File', LINE, http, ''])
    expect(cookies).toMatchObject({ values: ['cookie-value', 'second-value'], ageDays: 12 })
  })

  it.each([
    ['another site', 'https://example.org/'],
    ['a name that only ends alike', 'https://badexample.com/'],
    ['a name that only begins alike', 'https://example.com.evil.net/'],
  ])('goes to no other site: %s', async (_, url) => {
    await file('bound', BOUND + LINE)
    await expect(readCookies(folder, 'bound', new URL(url), NOW)).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it('is of no use while it is bound to nothing, and says how to bind it', async () => {
    await file('unbound', LINE)
    await expect(readCookies(folder, 'unbound', PAGE, NOW)).rejects.toMatchObject({
      fix: expect.stringContaining('# telereel-domain: example.com'),
    })
  })

  it('is refused when others on the machine can read it', async () => {
    await file('open', BOUND + LINE, 0o644)
    await expect(readCookies(folder, 'open', PAGE, NOW)).rejects.toMatchObject({
      fix: expect.stringContaining('chmod 600'),
    })
  })

  it.each(['../mine', 'a/b', '', '.', 'x'.repeat(65), 'a\0'])('is named by no path: %j', async (name) => {
    await expect(readCookies(folder, name, PAGE, NOW)).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it('is not there', async () => {
    await expect(readCookies(folder, 'nowhere', PAGE, NOW)).rejects.toMatchObject({ code: 'not-found' })
  })
})
