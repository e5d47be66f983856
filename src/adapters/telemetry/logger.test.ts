import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
