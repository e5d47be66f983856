import fc from 'fast-check'
import { HOSTILE_PLAYLISTS } from './hostile-playlists.ts'

const MULTIVARIANT = [
  ...['#EXTM3U', '#EXT-X-VERSION:11', '#EXT-X-DEFINE:NAME="n",VALUE="v"', '#EXT-X-INDEPENDENT-SEGMENTS'],
  '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,URI="a/{$n}.m3u8"',
  '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="Deutsch",LANGUAGE="de",URI="s.m3u8"',
  '#EXT-X-STREAM-INF:BANDWIDTH=2000000,CODECS="avc1.42c01e,mp4a.40.2",RESOLUTION=640x360,AUDIO="a",SUBTITLES="s"',
  ...['good.m3u8', '#EXT-X-SESSION-KEY:METHOD=AES-128,URI="key.bin"', '#EXT-X-CONTENT-STEERING:SERVER-URI="st.json"'],
]
const MEDIA = [
  ...[
    '#EXTM3U',
    '#EXT-X-VERSION:9',
    '#EXT-X-TARGETDURATION:4',
    '#EXT-X-MEDIA-SEQUENCE:7794',
    '#EXT-X-PLAYLIST-TYPE:VOD',
  ],
  ...[
    '#EXT-X-DEFINE:NAME="p",VALUE="good"',
    '#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=24',
    '#EXT-X-SKIP:SKIPPED-SEGMENTS=2',
  ],
  ...[
    '#EXT-X-KEY:METHOD=AES-128,URI="key.bin",IV=0x0123456789abcdef0123456789abcdef',
    '#EXT-X-MAP:URI="i",BYTERANGE="9@0"',
  ],
  ...['#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z', '#EXTINF:4.0,title', '#EXT-X-BYTERANGE:100@0', '{$p}.ts'],
  ...['#EXT-X-DISCONTINUITY', '#EXT-X-KEY:METHOD=NONE', '#EXT-X-GAP', '#EXTINF:4.0,', 'good-2.ts', '#EXT-X-CUE-OUT:30'],
  ...['#EXT-X-DATERANGE:ID="a",START-DATE="2026-01-01T00:00:00Z",DURATION=5', '#EXT-X-PART:DURATION=1,URI="p"'],
  ...['#EXTINF:3.5,', 'good.ts', '#EXT-X-RENDITION-REPORT:URI="r"', '#EXT-X-ENDLIST'],
]

/** Short ones only: each is changed thousands of times. */
const SHORT = HOSTILE_PLAYLISTS.map(({ text }) => text()).filter(({ length }) => length < 4000)
const SOURCES = [MULTIVARIANT, MEDIA, ...SHORT.map((text) => text.split('\n'))]

const NASTY = fc.constantFrom(
  ...[
    '-1',
    '0',
    '1e400',
    `9${'9'.repeat(40)}`,
    '9007199254740993',
    '4294967296',
    'NaN',
    '0x',
    '0.0000001',
    '',
    '"',
    ',',
    '=',
    '@',
  ],
  ...[
    '{$',
    '{$n}',
    '{$p}{$p}',
    '\0',
    '\r',
    '\u2028',
    '\ufeff',
    'file:///etc/passwd',
    'http://169.254.169.254/',
    '//[',
    'data:,x',
  ],
  ...['a'.repeat(5000), '"'.repeat(500), ','.repeat(500), '#EXT-X-', '\\', '%00', '..%2f..%2f', '\ud800', '𝟙𝟚𝟟.0.0.1'],
)

type Change = (lines: readonly string[]) => string[]

const at = fc.nat({ max: 200 })
const CHANGE: fc.Arbitrary<Change> = fc.oneof(
  at.map(
    (index): Change =>
      (lines) =>
        lines.toSpliced(index % lines.length, 1),
  ),
  fc.tuple(at, at).map(
    ([from, to]): Change =>
      (lines) =>
        lines.toSpliced(to % lines.length, 0, pick(lines, from)),
  ),
  fc.tuple(at, fc.integer({ min: 2, max: 50 })).map(
    ([index, times]): Change =>
      (lines) =>
        lines.toSpliced(index % lines.length, 0, ...Array.from({ length: times }, () => pick(lines, index))),
  ),
  // A number, a value or any piece of a line gives way to something nasty.
  fc.tuple(at, at, NASTY, fc.constantFrom(/\d+/g, /"[^"]*"/g, /[A-Z0-9-]+=/g, /./gu)).map(
    ([index, place, nasty, what]): Change =>
      (lines) =>
        lines.with(index % lines.length, replaceAt(pick(lines, index), what, place, nasty)),
  ),
  fc.tuple(at, NASTY).map(
    ([index, nasty]): Change =>
      (lines) =>
        lines.toSpliced(index % lines.length, 0, nasty),
  ),
  fc.tuple(at, fc.nat({ max: SOURCES.length - 1 })).map(
    ([index, other]): Change =>
      (lines) => [...lines.slice(0, index % lines.length), ...(SOURCES[other] ?? [])],
  ),
  fc.tuple(at, fc.string({ unit: 'binary', maxLength: 40 })).map(
    ([index, text]): Change =>
      (lines) =>
        lines.with(index % lines.length, pick(lines, index) + text),
  ),
)

/** Good and bad playlists, changed at up to eight places. */
export const MUTATED_PLAYLIST: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...SOURCES),
    fc.array(CHANGE, { minLength: 1, maxLength: 8 }),
    fc.constantFrom('\n', '\n', '\r\n', '\r'),
  )
  .map(([lines, changes, end]) => changes.reduce((text, change) => orHeader(change(text)), [...lines]).join(end))

/** A list that lost its last line gets a header again, so that later changes find a line. */
function orHeader(lines: string[]): string[] {
  return lines.length === 0 ? ['#EXTM3U'] : lines
}

function pick(lines: readonly string[], index: number): string {
  return lines[index % lines.length] ?? ''
}

function replaceAt(line: string, what: RegExp, place: number, nasty: string): string {
  const found = [...line.matchAll(what)]
  const match = found[place % Math.max(1, found.length)]
  return match ? line.slice(0, match.index) + nasty + line.slice(match.index + match[0].length) : line + nasty
}
