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
