import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MultivariantPlaylist } from '#lib/hls/multivariant-playlist.ts'
import { chooseVariant } from './choose-variant.ts'
import { readPlaylist } from './read-playlist.ts'
import { HERE } from './scripted-web.test-support.ts'
import { variantGroups } from './variant-group.ts'
import { formatIdsOf, variantLabel } from './variant-label.ts'

const AVC = 'avc1.640028,mp4a.40.2'
const HEVC = 'hvc1.2.4.L150,mp4a.40.2'

function groupsOf(rows: readonly string[]) {
  const text = ['#EXTM3U', ...rows.map((row, index) => `#EXT-X-STREAM-INF:${row}\nv${index}.m3u8`), ''].join('\n')
  return variantGroups(readPlaylist({ text, url: HERE }) as MultivariantPlaylist)
}
const row = (height: number | null, kbps: number, codecs = AVC, more = '') =>
  `BANDWIDTH=${kbps * 1000}${codecs && `,CODECS="${codecs}"`}${height ? `,RESOLUTION=${Math.round((height * 16) / 9)}x${height}` : ''}${more}`
const chosen = (rows: readonly string[], quality: Parameters<typeof chooseVariant>[1]['quality'], formatId?: string) =>
  chooseVariant(groupsOf(rows), formatId === undefined ? { quality } : { quality, formatId }).group.variants[0].uri

describe('chooseVariant', () => {
  const ladder = [
    row(720, 3000),
    row(1080, 5000),
    row(1080, 8000),
    row(360, 800),
    row(2160, 16_000, HEVC),
    row(null, 128, 'mp4a.40.2'),
  ]

  it.each([
    ['best is the biggest that every browser shows', 'best', 'v2.m3u8'],
    ['worst is the smallest with a picture', 'worst', 'v3.m3u8'],
    ['a number is the most lines', 720, 'v0.m3u8'],
    ['a number between two sizes takes the smaller', 1000, 'v0.m3u8'],
    ['a number that reaches HEVC takes it', 2160, 'v4.m3u8'],
    ['a number below all takes the smallest', 144, 'v3.m3u8'],
    ['sound alone', 'audio-only', 'v5.m3u8'],
  ] as const)('%s', (_name, quality, uri) => {
    expect(chosen(ladder, quality)).toBe(uri)
  })

  it.each([
    ['what the server likes better', [row(720, 9000, AVC, ',SCORE=1'), row(720, 5000, AVC, ',SCORE=2')], 'v1.m3u8'],
    [
      'a plain range before HDR',
      [row(720, 5000, AVC, ',VIDEO-RANGE=PQ'), row(720, 4000, AVC, ',VIDEO-RANGE=SDR')],
      'v1.m3u8',
    ],
    ['more bits', [row(720, 5000), row(720, 6000)], 'v1.m3u8'],
    ['AAC before AC-3', [row(720, 5000, 'avc1.4d401f,ac-3'), row(720, 5000)], 'v1.m3u8'],
    ['more frames', [row(720, 5000, AVC, ',FRAME-RATE=25'), row(720, 5000, AVC, ',FRAME-RATE=50')], 'v1.m3u8'],
    ['bits where nobody tells the size', ['BANDWIDTH=1', 'BANDWIDTH=3', 'BANDWIDTH=2'], 'v1.m3u8'],
    ['Dolby Vision never where there is anything else', [row(2160, 9000, 'dvh1.05.06,ec-3'), row(360, 500)], 'v1.m3u8'],
    ['what there is, also when nobody shows it', [row(2160, 9000, 'dvh1.05.06,ec-3')], 'v0.m3u8'],
    ['sound when there is no picture', [row(null, 64, 'mp4a.40.5'), row(null, 128, 'mp4a.40.2')], 'v1.m3u8'],
  ])('among equals takes %s', (_name, rows, uri) => {
    expect(chosen(rows, 'best')).toBe(uri)
  })

  it('says what was left out because not every player shows it', () => {
    const { notes } = chooseVariant(groupsOf(ladder), { quality: 'best' })
    expect(notes.join(' ')).toContain('Left out: 2160p · HEVC + AAC · 16.0 Mbit/s')
  })

  it('takes a format by its name, and refuses one that is not offered', () => {
    const ids = formatIdsOf(groupsOf(ladder))
    for (const [index, id] of ids.entries()) expect(chosen(ladder, 'best', id)).toBe(`v${index}.m3u8`)
    expect(() => chosen(ladder, 'best', '4320p')).toThrow(expect.objectContaining({ code: 'invalid-input' }))
  })

  it('never takes more lines than wished while something has fewer, and names every format differently', () => {
    const anyRow = fc.record({
      height: fc.constantFrom(null, 144, 360, 720, 1080, 2160),
      kbps: fc.integer({ min: 1, max: 50 }),
      codecs: fc.constantFrom(AVC, HEVC, 'vp09.00.10.08,opus', 'mp4a.40.2', ''),
    })
    fc.assert(
      fc.property(
        fc.array(anyRow, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 100, max: 3000 }),
        (rows, most) => {
          const groups = groupsOf(rows.map(({ height, kbps, codecs }) => row(height, kbps, codecs)))
          const { group } = chooseVariant(groups, { quality: most })
          const offered = groups.filter(({ hasVideo }) => hasVideo)
          const fits = (offered.length > 0 ? offered : groups).filter(({ height }) => (height ?? 0) <= most)
          if (fits.length > 0) expect(group.height ?? 0).toBeLessThanOrEqual(most)
          expect(new Set(formatIdsOf(groups)).size).toBe(groups.length)
        },
      ),
    )
  })
})

describe('variantGroups', () => {
  it('keeps equal variants together and different ones apart', () => {
    expect(
      groupsOf([row(720, 5000), row(720, 5000), row(720, 5001)]).map(({ variants }) => variants.map(({ uri }) => uri)),
    ).toEqual([['v0.m3u8', 'v1.m3u8'], ['v2.m3u8']])
    expect(groupsOf([row(720, 5000, AVC, ',AUDIO="a"'), row(720, 5000, AVC, ',AUDIO="b"')])).toHaveLength(2)
  })
})

describe('variantLabel', () => {
  it.each([
    [row(1080, 4200), '1080p · H.264 + AAC · 4.2 Mbit/s'],
    [row(2160, 16_000, HEVC, ',FRAME-RATE=59.94,VIDEO-RANGE=PQ'), '2160p60 · HDR · HEVC + AAC · 16.0 Mbit/s'],
    [row(null, 128, 'mp4a.40.34'), 'sound alone · MP3 · 128 kbit/s'],
    ['BANDWIDTH=700000', 'picture · 700 kbit/s'],
    [row(720, 900, 'avc1.4d401f,mp4a.40.2,wvtt'), '720p · H.264 + AAC · 900 kbit/s'],
  ])('%s', (text, label) => {
    expect(groupsOf([text]).map(variantLabel)).toEqual([label])
  })
})
