import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { NoSpaceError } from '#domain/errors.ts'
import { DiskResultFiles } from '#adapters/disk/disk-result-files.ts'
import { besideOrWhy, layBeside } from './lay-beside.ts'

let folder: string
let from: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-beside-'))
  from = join(folder, 'scratch')
  await mkdir(from)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const PLAIN = { language: 'de', forced: false, hearingImpaired: false, extension: 'vtt' }

async function lay(film: string, files: readonly (typeof PLAIN)[], text = (number: number) => `text ${number}`) {
  const given = files.map((file, number) => ({ ...file, path: join(from, `${number}`) }))
  for (const [number, { path }] of given.entries()) await writeFile(path, text(number))
  return (await layBeside(join(folder, film), given, new DiskResultFiles())).map((path) => basename(path))
}

it('Subtitles beside a film are named as players look for them, each its own', async () => {
  const files = [PLAIN, PLAIN, { ...PLAIN, forced: true }, { ...PLAIN, language: 'und', hearingImpaired: true }]
  const names = ['de', 'de.2', 'de.forced', 'sdh'].map((words) => `A. film.${words}.vtt`)
  expect(await lay('A. film.ts', files, () => 'the same')).toEqual(names)
  expect(await lay('film', [{ ...PLAIN, extension: 'srt' }, PLAIN])).toEqual(['film.de.srt', 'film.de.vtt'])
})

it('What lies there already stays, and is taken when it is the same', async () => {
  await writeFile(join(folder, 'film.de.vtt'), 'corrected by hand')
  for (const _ of [1, 2]) expect(await lay('film.ts', [PLAIN, PLAIN])).toEqual(['film.de.2.vtt', 'film.de.3.vtt'])
  expect(await readFile(join(folder, 'film.de.vtt'), 'utf8')).toBe('corrected by hand')
  expect((await readdir(folder)).sort()).toEqual(['film.de.2.vtt', 'film.de.3.vtt', 'film.de.vtt', 'scratch'])
})

it('What lies there is told; what goes wrong with it is told too, unless all of it was stopped', async () => {
  const lines: string[] = []
  const stop = new AbortController()
  const task = { signal: stop.signal, log: ({ text }: { readonly text: string }) => void lines.push(text) }
  const told = async (lay: () => Promise<readonly string[]>) => (await besideOrWhy(lay, 'German', task)).told
  expect(await told(async () => [])).toEqual([])
  expect(await told(async () => ['/a/film.de.vtt'])).toEqual(['Subtitles lie beside it: film.de.vtt.'])
  const full = () => Promise.reject(new NoSpaceError('The disk is full.'))
  expect(await told(full)).toEqual(['The subtitles German are left out: The disk is full.'])
  expect(lines).toEqual([])
  const broken = () => Promise.reject(new Error('EISDIR'))
  expect(await told(broken)).toEqual(['The subtitles German are left out: they could not be written.'])
  expect(lines).toEqual([expect.stringContaining('EISDIR')])
  stop.abort()
  await expect(told(full)).rejects.toBeInstanceOf(NoSpaceError)
})

it('Their names fit into what file systems take, whatever the film is called', async () => {
  const labels = { ...PLAIN, language: 'zh-Hant-TW', forced: true, hearingImpaired: true }
  const many = [
    ...Array.from({ length: 12 }, () => labels),
    { ...labels, language: `de-${'abcdefgh-'.repeat(6)}abcdefgh` },
  ]
  const names = await lay(`${'映'.repeat(79)}.mp4`, many)
  for (const name of names) expect(Buffer.byteLength(`${name}.part`)).toBeLessThanOrEqual(255)
  expect(new Set(names)).toHaveLength(13)
})
