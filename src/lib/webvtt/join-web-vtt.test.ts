import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatWebVtt } from './format-web-vtt.ts'
import { WebVttJoiner } from './join-web-vtt.ts'
import { segmentWebVtt } from './segment-web-vtt.ts'
import type { SubtitleCue } from './subtitle-cue.ts'
import { SubtitleError } from './subtitle-error.ts'

const MEDIA_ZERO_SEC = 10

/** Media time is ten seconds ahead of presentation time. */
function joined(texts: readonly string[], segmentSec: number): SubtitleCue[] {
  const joiner = new WebVttJoiner()
  const fromMediaSec = (sec: number) => sec - MEDIA_ZERO_SEC
  for (const [at, text] of texts.entries()) {
    joiner.add({ text, startSec: at * segmentSec, durationSec: segmentSec, fromMediaSec })
  }
  return joiner.cues()
}

it('gives back the cues that were cut into segments', () => {
  const cue = fc.record({
    at: fc.nat(5000),
    length: fc.integer({ min: 1, max: 9000 }),
    gap: fc.integer({ min: 100, max: 5000 }),
  })
  fc.assert(
    fc.property(fc.array(cue, { maxLength: 12 }), fc.integer({ min: 1, max: 6 }), (wishes, segmentSec) => {
      let startMs = 0
      const cues = wishes.map(({ length, gap }, number) => {
        startMs += gap
        const one = { startMs, endMs: startMs + length, text: `cue ${number % 3}` }
        startMs += length
        return one
      })
      const count = Math.ceil(startMs / 1000 / segmentSec) + 1
      const segments = Array.from({ length: count }, (_, at) => {
        const place = { startSec: at * segmentSec, durationSec: segmentSec, mpegTs: MEDIA_ZERO_SEC * 90_000 }
        return segmentWebVtt(cues, place)
      })
      expect(joined(segments, segmentSec)).toEqual(cues)
    }),
  )
})

it('makes one cue of parts that touch, and leaves those apart that do not', () => {
  const part = (startMs: number, endMs: number) => {
    const place = { startSec: 0, durationSec: 60, mpegTs: MEDIA_ZERO_SEC * 90_000 }
    return segmentWebVtt([{ startMs, endMs, text: 'word' }], place)
  }
  expect(joined([part(1000, 2000), part(2000, 3000), part(3500, 4000)], 2)).toEqual([
    { startMs: 1000, endMs: 3000, text: 'word' },
    { startMs: 3500, endMs: 4000, text: 'word' },
  ])
})

it.each([
  ['the media', 14_500],
  ['the film', 4_500],
  ['the segment', 500],
])('without a map takes times that count from the beginning of %s', (_, startMs) => {
  const text = formatWebVtt([{ startMs, endMs: startMs + 300, text: 'word' }])
  expect(joined([formatWebVtt([]), formatWebVtt([]), text], 2)).toEqual([{ startMs: 4500, endMs: 4800, text: 'word' }])
})

it('keeps no more text than any subtitle has', () => {
  const joiner = new WebVttJoiner()
  const add = (number: number) => {
    const text = `WEBVTT\n\n0:01.000 --> 0:02.000\n${number}${'x'.repeat(60_000)}`
    joiner.add({ text, startSec: number, durationSec: 1, fromMediaSec: (sec) => sec })
  }
  const all = () => {
    for (let number = 0; number < 1000; number++) add(number)
  }
  expect(all).toThrow(SubtitleError)
  expect(joiner.cues().length).toBeGreaterThan(500)
})

it('takes any text', () => {
  const word = fc.constantFrom(
    'WEBVTT',
    'X-TIMESTAMP-MAP=LOCAL:',
    'MPEGTS:',
    '00:00:01.000',
    ' --> ',
    '\n',
    '\n\n',
    'a',
    '99',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 30 }), (words) => {
      for (const { startMs, endMs } of joined([words.join('')], 4)) expect(endMs).toBeGreaterThan(startMs)
    }),
    { numRuns: 500 },
  )
})
