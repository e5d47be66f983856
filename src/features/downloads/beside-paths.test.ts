import { basename } from 'node:path'
import { expect, it } from 'vitest'
import { besideNote, besidePaths } from './beside-paths.ts'

const PLAIN = { language: 'de', forced: false, hearingImpaired: false }

it('Subtitles beside a film are named as players look for them, each its own', () => {
  const files = [PLAIN, PLAIN, { ...PLAIN, forced: true }, { ...PLAIN, language: 'und', hearingImpaired: true }]
  const paths = besidePaths('/films/A. film.ts', files, () => 'vtt')
  const names = ['de', 'de.2', 'de.forced', 'sdh'].map((words) => `/films/A. film.${words}.vtt`)
  expect(paths).toEqual(names)
  expect(besidePaths('/a.b/film', [PLAIN, PLAIN], (number) => ['srt', 'vtt'][number] ?? '')).toEqual([
    '/a.b/film.de.srt',
    '/a.b/film.de.vtt',
  ])
  expect([besideNote([]), besideNote(['/a/film.de.vtt'])]).toEqual([[], ['Subtitles lie beside it: film.de.vtt.']])
})

it('Names of subtitles fit into what file systems take, whatever the film is called', () => {
  const labels = { language: 'zh-Hant-TW', forced: true, hearingImpaired: true }
  const many = Array.from({ length: 99 }, (_, number) => (number < 98 ? labels : { ...labels, language: LONGEST }))
  const paths = besidePaths(`/films/${'映'.repeat(79)}.mp4`, many, () => 'vtt')
  for (const path of paths) expect(Buffer.byteLength(`${basename(path)}.part`)).toBeLessThanOrEqual(255)
  expect(new Set(paths)).toHaveLength(99)
  expect(paths.every((path) => path.startsWith('/films/映'))).toBe(true)
})

const LONGEST = `de-${'abcdefgh-'.repeat(6)}abcdefgh`
