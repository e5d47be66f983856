import { describe, expect, it } from 'vitest'
import { parseSubtitle } from './parse-subtitle.ts'
import { parseTimestampMap } from './parse-web-vtt.ts'

const FILE = `WEBVTT - a title
Kind: captions

NOTE
00:00:00.000 --> 00:00:01.000
not a cue

STYLE
::cue { background: url(http://tracker/) }

REGION
id:fred

intro
00:01.000 --> 00:02.500 region:fred line:0 position:20%,line-left align:start bogus:1
<v Bob>Hello <c.yellow>you</c></v>
second line

00:00:03.000 --> 00:00:04.000
&amp; <00:00:03.500>later <font>x</font> 1 < 2
00:00:05.000 --> 01:00:00.000
no blank line before
`

describe('parseSubtitle of WebVTT', () => {
  it('reads cues with identifiers and settings, and passes over STYLE, REGION and NOTE, even one that looks like a cue', () => {
    expect(parseSubtitle(FILE, 'vtt')).toEqual([
      {
        startMs: 1000,
        endMs: 2500,
        text: '<v Bob>Hello <c.yellow>you</c></v>\nsecond line',
        settings: 'line:0 position:20%,line-left align:start',
      },
      { startMs: 3000, endMs: 4000, text: '&amp; <00:00:03.500>later x 1 &lt; 2' },
      { startMs: 5000, endMs: 3_600_000, text: 'no blank line before' },
    ])
  })

  it('reads files without header, with BOM and CR LF', () => {
    expect(parseSubtitle('00:01.000 --> 00:02.000\nA', 'vtt')).toHaveLength(1)
    expect(parseSubtitle('\ufeffWEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nA\r\n', 'vtt')).toHaveLength(1)
  })

  it('reads the timestamp map of a segment', () => {
    const map = (line: string) => parseTimestampMap(`WEBVTT\n${line}\n\n`)
    expect(map('X-TIMESTAMP-MAP=LOCAL:00:00:01.500,MPEGTS:900000')).toEqual({ localMs: 1500, mpegTs: 900_000 })
    expect(map('X-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00.000')).toEqual({ localMs: 0, mpegTs: 126_000 })
    expect(map('X-TIMESTAMP-MAP=MPEGTS:x')).toBeNull()
    expect(parseTimestampMap('WEBVTT')).toBeNull()
    expect(parseTimestampMap('')).toBeNull()
  })
})
