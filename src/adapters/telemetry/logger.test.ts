import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { InvalidInputError } from '#domain/errors.ts'
import { createLogger } from './logger.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-log-'))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
})

const logTo = (file: string) => createLogger({ level: 'info', file, secrets: ['hunter22'] })

it('appends to its file, without secrets', async () => {
  const file = join(folder, 'a.log')
  for (const message of ['one', 'two hunter22']) logTo(file).info({}, message)
  await vi.waitFor(async () => expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(3))
  const text = await readFile(file, 'utf8')
  expect([text, text]).toEqual([expect.stringContaining('"one"'), expect.stringMatching(/"two \*+"/)])
})

it('says at once which file cannot be written', () => {
  expect(() => logTo(join(folder, 'gone', 'a.log'))).toThrow(InvalidInputError)
})

it.runIf(process.platform === 'linux')('goes on at standard error when the disk is full', async () => {
  const said: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  const log = logTo('/dev/full')
  log.info({}, 'lost')
  await vi.waitFor(() => expect(said.join('')).toContain('cannot be written to /dev/full any more'))
  log.info({}, 'told')
  expect(said.at(-1)).toContain('"told"')
})

it('writes one entry with the same fields per call, whatever strangers write into it', async () => {
  const piece = fc.constantFrom(
    '/s/',
    '"',
    '\\',
    'a'.repeat(20),
    'hunter22',
    '\n',
    'opqrst',
    ',"level":60,"x":"',
    '%22',
  )
  const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
  const texts = fc.sample(text, { numRuns: 500, seed: 1 })
  const file = join(folder, 'a.log')
  const log = createLogger({ level: 'info', file, secrets: ['hunter22', 'hunter22\\', 'nopqrst'] })
  for (const each of texts) log.info({ title: each }, each)
  await vi.waitFor(async () => expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(texts.length + 1))
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(entries.every((entry) => Object.keys(entry).join() === 'level,time,title,msg')).toBe(true)
  expect(lines.join('')).not.toContain('hunter22')
})

it('shows a person what strangers wrote without letting it steer the terminal', async () => {
  const said: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  const log = createLogger({ level: 'info', secrets: [], human: true })
  const title = `a\u001b]0;b\u0007\u009b31m\u202etxt\n /s/${'c'.repeat(20)}"d`
  log.warn({ error: new Error(title) }, title)
  log.info({}, 'still there')
  await vi.waitFor(() => expect(said).toHaveLength(2))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there.
  expect(said.join('').replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
  expect(said[0]?.split('\n')).toHaveLength(2)
})
