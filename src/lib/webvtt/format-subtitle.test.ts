import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSrt } from './format-srt.ts'
import { formatWebVtt } from './format-web-vtt.ts'
import { parseSubtitle, type SubtitleFormat } from './parse-subtitle.ts'
import { parseTimestampMap } from './parse-web-vtt.ts'
import { segmentWebVtt } from './segment-web-vtt.ts'
import { StyledText } from './styled-text.ts'
import type { SubtitleCue } from './subtitle-cue.ts'
import { MAX_CUE_LENGTH, MAX_CUES, MAX_SUBTITLE_LENGTH, SubtitleError } from './subtitle-error.ts'
import { cleanCueText } from './web-vtt-text.ts'

const text = fc
  .array(fc.tuple(fc.string({ unit: 'binary', minLength: 1 }), fc.subarray(['b', 'i', 'u'] as const)), { minLength: 1 })
  .map((runs) => {
    const styled = new StyledText()
    for (const [plain, styles] of runs) {
      styled.clear()
      for (const style of styles) styled.set(style, true)
      styled.add(plain)
    }
    return styled.toCueText()
  })
  .filter((cueText) => cueText !== '')
const cue = fc
  .record({
    startMs: fc.nat(36_000_000),
    durationMs: fc.integer({ min: 1, max: 20_000 }),
    text,
    settings: fc.constantFrom(undefined, 'line:5%', 'line:50% align:left', 'position:20%,line-left'),
  })
  .map(({ startMs, durationMs, settings, ...rest }) => ({
    startMs,
    endMs: startMs + durationMs,
    ...rest,
    ...(settings !== undefined && { settings }),
  }))
const cues = fc
  .uniqueArray(cue, { selector: (each) => each.startMs })
  .map((list) => list.sort((a, b) => a.startMs - b.startMs))

describe('formatWebVtt', () => {
  it('writes a file', () => {
    expect(formatWebVtt([{ startMs: 3_723_004, endMs: 360_000_000, text: '<i>a</i>\nb', settings: 'line:5%' }])).toBe(
      'WEBVTT\n\n01:02:03.004 --> 100:00:00.000 line:5%\n<i>a</i>\nb\n\n',
    )
  })

  it('is read back equal', () => {
    fc.assert(
      fc.property(cues, (list) => {
        expect(parseSubtitle(formatWebVtt(list), 'vtt')).toEqual(list)
      }),
    )
  })

  it('lets no cue end early or begin another, whatever it holds', () => {
    const dirty = { startMs: 0, endMs: 1000, text: 'a\n\n00:05.000 --> 00:06.000\nb', settings: 'x\n\nline:1 -->' }
    expect(parseSubtitle(formatWebVtt([dirty]), 'vtt')).toEqual([
      { startMs: 0, endMs: 1000, text: 'a\n00:05.000 --&gt; 00:06.000\nb', settings: 'line:1' },
    ])
  })
})

describe('cleanCueText', () => {
  it('changes nothing the second time', () => {
    const markup = fc.array(
      fc.constantFrom('<', '>', '/', 'b', 'font', '&', 'amp;', '\n', ' ', 'a', '.', '<v Bob>', '1'),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          markup.map((parts) => parts.join('')),
        ),
        (any) => {
          const clean = cleanCueText(any)
          expect(cleanCueText(clean)).toBe(clean)
          expect(clean).not.toMatch(/\n\n|-->|^\n|\n$/)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('formatSrt', () => {
  it('writes a file that keeps styles, the top and plain characters', () => {
    const list = [
      { startMs: 1, endMs: 2000, text: '<v Bob><i>a &amp; b</i></v>\nc', settings: 'line:5% align:left' },
      { startMs: 3000, endMs: 4000, text: '<c.red>d</c>' },
    ]
    expect(formatSrt(list)).toBe(
      '1\r\n00:00:00,001 --> 00:00:02,000\r\n{\\an8}<i>a & b</i>\r\nc\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nd\r\n\r\n',
    )
  })

  it('is read back with equal times', () => {
    fc.assert(
      fc.property(cues, (list) => {
        const plain = list.map((each) => ({ startMs: each.startMs, endMs: each.endMs, text: 'x' }))
        expect(parseSubtitle(formatSrt(plain), 'srt')).toEqual(plain)
      }),
    )
  })
})

describe('segmentWebVtt', () => {
  const list: SubtitleCue[] = [
    { startMs: 1000, endMs: 2000, text: 'first' },
    { startMs: 5500, endMs: 6500, text: 'straddles' },
    { startMs: 6000, endMs: 7000, text: 'second' },
  ]

  it('holds what is visible in its interval, straddling cues unchanged', () => {
    expect(segmentWebVtt(list, { startSec: 6, durationSec: 6, mpegTs: 900_000 })).toBe(
      'WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\n' +
        '00:00:05.500 --> 00:00:06.500\nstraddles\n\n00:00:06.000 --> 00:00:07.000\nsecond\n\n',
    )
  })

  it('is valid without any cue, and counts media time in 33 bits', () => {
    const empty = segmentWebVtt(list, { startSec: 60, durationSec: 6, mpegTs: 2 ** 33 + 5 })
    expect(empty).toBe('WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:5\n\n')
  })

  it('loses no cue and invents none, however the time is cut', () => {
    const cuts = fc.array(
      fc.integer({ min: 1, max: 9_000_000 }).map((us) => us / 1e6 + 1),
      { minLength: 1 },
    )
    fc.assert(
      fc.property(cues, cuts, (all, durations) => {
        let startSec = 0
        const found = new Map<string, SubtitleCue>()
        for (const durationSec of [...durations, 40_000]) {
          const segment = segmentWebVtt(all, { startSec, durationSec, mpegTs: 900_000 })
          expect(parseTimestampMap(segment)).toEqual({ localMs: 0, mpegTs: 900_000 })
          for (const each of parseSubtitle(segment, 'vtt')) {
            expect(each.endMs).toBeGreaterThan(startSec * 1000)
            expect(each.startMs).toBeLessThan((startSec + durationSec) * 1000)
            found.set(JSON.stringify(each), each)
          }
          startSec += durationSec
        }
        expect([...found.values()]).toEqual(all)
      }),
    )
  })
})

describe('parseSubtitle of anything', () => {
  const line = fc.oneof(
    fc.constantFrom('WEBVTT', '', '1', 'NOTE', '[Events]', 'Format: Start, End, Text', '[V4+ Styles]', 'Style: a,,'),
    fc.constantFrom(
      '00:00:01.000 --> 00:00:02.000',
      '00:00:01,000 --> 99:99:99,999',
      '--> -->',
      'Dialogue: 0:0:0,1:1:1,a',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.stringMatching(/^[<>&{}\\/bipan1-9 ]{0,30}$/),
  )
  const file = fc.oneof(
    fc.array(line, { maxLength: 30 }).map((lines) => lines.join('\n')),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => new TextDecoder('latin1').decode(bytes)),
  )

  it.each<SubtitleFormat>(['srt', 'vtt', 'ass'])('gives cues that can be written and read again: %s', (format) => {
    fc.assert(
      fc.property(file, (any) => {
        const found = parseSubtitle(any, format)
        for (const each of found) expect(each.endMs).toBeGreaterThan(each.startMs)
        expect(parseSubtitle(formatWebVtt(found), 'vtt')).toEqual(found)
      }),
      { numRuns: 1500 },
    )
  })

  it.each([
    ['vtt', 'WEBVTT\n\n0:01.000 --> 0:02.000\n', '<'],
    ['srt', '1\n00:00:01,000 --> 00:00:02,000\n', '{\\an8'],
    ['ass', `[Events]\n${'Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,'}`, '{<'],
  ] as const)('cuts a cue that nobody could read, and goes on behind it: %s', (format, head, filling) => {
    const again = head.replace('WEBVTT', '').replace('[Events]\n', '')
    const cues = parseSubtitle(`${head}one ${filling.repeat(1_000_000)}\n\n${again}two\n`, format)
    expect(cues.at(-1)?.text).toBe('two')
    for (const { text } of cues) expect(text.length).toBeLessThan(5 * MAX_CUE_LENGTH)
  })

  it('refuses what is larger than any subtitle', () => {
    expect(() => parseSubtitle('x'.repeat(MAX_SUBTITLE_LENGTH + 1), 'srt')).toThrow(SubtitleError)
    const many = Array.from({ length: MAX_CUES + 1 }, (_, n) => `0:${n % 60}:00 --> 1:00:00\n${n}\n\n`).join('')
    expect(() => parseSubtitle(many, 'srt')).toThrow(expect.objectContaining({ code: 'subtitle-too-large' }))
  })
})
