import { expect, it } from 'vitest'
import type { RecordingHead } from '#domain/recording.ts'
import { StreamProgress } from './stream-progress.ts'

const HEAD: RecordingHead = {
  title: 'Film',
  url: 'https://example.org/film.m3u8',
  live: false,
  renditions: [],
  targetDurationSec: 6,
  durationSec: 100,
}

it('estimates the whole of a film by its playing time', () => {
  const progress = new StreamProgress(HEAD, 0)
  progress.done({ durationSec: 25, byteLength: 1000 })
  expect(progress.at(1000)).toMatchObject({ stage: 'download', percent: 25, bytes: 1000, totalBytes: 4000 })
})

it('calls a live stream a recording, with an end that nobody knows', () => {
  const progress = new StreamProgress({ ...HEAD, live: true, durationSec: null }, 0)
  progress.done({ durationSec: 25, byteLength: 1000 })
  expect(progress.at(1000)).toMatchObject({ stage: 'record', totalBytes: null, secondsLeft: null })
})
