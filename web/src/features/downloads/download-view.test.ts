import { describe, expect, it } from 'vitest'
import type { Download } from '../../../../src/surfaces/http/contract/download.ts'
import { causeOf } from './causes.ts'
import { canBeEnded, downloadFacts, downloadPercent, mayFillGaps, shownState } from './download-view.ts'
import { redacted } from './report-of.ts'

const NOW = Date.parse('2026-01-01T00:10:00.000Z')

const RUNNING: Download = {
  jobId: 'j1',
  url: 'https://example.org/film.m3u8',
  title: null,
  target: 'library',
  state: 'running',
  attempts: 1,
  priority: 0,
  progress: { stage: 'download', percent: 62.4, bytesPerSec: 11.2e6, secondsLeft: 72, bytes: 1.4e9, totalBytes: 2.3e9 },
  failure: null,
  result: null,
  videoId: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
}

const RECORDED: Download = {
  ...RUNNING,
  progress: { stage: 'download', percent: 5, bytesPerSec: 0, secondsLeft: null, recorded: true },
}
const RESULT: NonNullable<Download['result']> = {
  ...{ state: 'gaps', kind: 'hls', title: 'A film', byteLength: 9, sha256: null, videoId: null, hasFile: true },
  ...{ gaps: [], notes: [], entries: [], subtitleFiles: [] },
}

describe('a download that is done', () => {
  const done: Download = { ...RUNNING, state: 'done', videoId: 'v1' }

  it('says when no video could be made of it', () => {
    expect(shownState(done, { state: 'error' })).toBe('noVideo')
    expect(shownState(done, { state: 'active' })).toBe('done')
    expect(shownState(done)).toBe('done')
    expect(shownState(RUNNING, { state: 'error' })).toBe('running')
  })
})

describe('a download that stands still', () => {
  it.each(['waiting', 'paused', 'failed'] as const)('can be ended when something is recorded: %s', (state) => {
    expect(canBeEnded({ ...RECORDED, state })).toBe(true)
    expect(canBeEnded({ ...RUNNING, state })).toBe(false)
  })

  it.each(['done', 'cancelled', 'running'] as const)('is not what this is: %s', (state) => {
    expect(canBeEnded({ ...RECORDED, state })).toBe(false)
  })
})

describe('gaps', () => {
  it('may be filled in a file, not in a video', () => {
    const done: Download = { ...RUNNING, state: 'done', result: RESULT }
    expect(mayFillGaps(done)).toBe(true)
    expect(mayFillGaps({ ...done, result: { ...RESULT, videoId: 'film', hasFile: false } })).toBe(false)
    expect(mayFillGaps({ ...done, result: { ...RESULT, state: 'complete' } })).toBe(false)
    expect(mayFillGaps(RUNNING)).toBe(false)
  })
})

describe('a download', () => {
  it('tells stage, percent, bytes, rate and time left', () => {
    expect(downloadFacts(RUNNING, NOW)).toEqual(['Downloading', '62 %', '1.4 GB of 2.3 GB', '11.2 MB/s', '1:12 left'])
    expect(downloadPercent(RUNNING)).toBe(62.4)
  })

  it('of a live stream has no percent', () => {
    const progress = { stage: 'record', percent: 0, bytesPerSec: 1e6, secondsLeft: null, bytes: 5e6, totalBytes: null }
    const live = { ...RUNNING, progress }
    expect([shownState(live), downloadPercent(live)]).toEqual(['recording', null])
    expect(downloadFacts(live, NOW)).toEqual(['5.0 MB', '1.0 MB/s'])
  })

  it('that is put off says why and until when, and nothing of the nothing it has', () => {
    const failure = { code: 'remote-unreachable', message: 'example.org does not answer.' }
    const progress = { stage: 'look', percent: 0, bytesPerSec: 0, secondsLeft: null }
    const retryAt = new Date(NOW + 200_000).toISOString()
    const putOff: Download = { ...RUNNING, state: 'waiting', attempts: 2, failure, retryAt, progress }
    expect(shownState(putOff)).toBe('retrying')
    expect(downloadFacts(putOff, NOW)).toEqual(['example.org does not answer.', 'again in 3:20', 'try 2'])
  })

  it('that is paused has no rate and no time left', () => {
    expect(downloadFacts({ ...RUNNING, state: 'paused', attempts: 3 }, NOW)).toEqual([
      '62 %',
      '1.4 GB of 2.3 GB',
      'try 3',
    ])
  })
})

it.each([
  ['page-refused.login-needed', 'login'],
  ['remote-refused.403', 'forbidden'],
  ['remote-refused.503', 'serverFault'],
  ['protected-media', 'protected'],
  ['not-media', 'notMedia'],
  ['remote-refused.418', 'other'],
  ['address-refused', 'inside'],
  ['segment-missing', 'missing'],
  ['internal', 'other'],
])('explains %s as %s', (code, name) => {
  expect(causeOf(code).name).toBe(name)
})

it('offers nothing that cannot help against DRM', () => {
  expect(causeOf('page-refused.drm').remedies).toEqual([])
})

it.each([
  ['GET https://a/b.ts?token=secret#x 403', 'GET https://a/b.ts?… 403'],
  ['https://user:secret@a/b', 'https://…@a/b'],
  ['sent Cookie: a=secret; b=secret', 'sent Cookie: …'],
  ['X-Api-Key=secret', 'X-Api-Key=…'],
])('leaves what may be secret out of reports: %s', (text, shown) => {
  expect(redacted(text)).toBe(shown)
})
