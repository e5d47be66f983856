import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PlaylistError } from './playlist-error.ts'
import { MAX_SEGMENTS, MAX_VARIANTS, MAX_VIOLATIONS } from './playlist-limits.ts'
import { parsePlaylist } from './parse-playlist.ts'

const BASE = 'https://example.com/a/b.m3u8'

describe('parsePlaylist', () => {
  it.each([
    ['nothing', '', 'not-a-playlist', /empty/],
    ['blank lines', '\n \n', 'not-a-playlist', /empty/],
    ['a page', '<!DOCTYPE html><html>#EXTM3U', 'not-a-playlist', /HTML/],
    ['only a header', '#EXTM3U\n#EXT-X-VERSION:3\n', 'not-a-playlist', /only a header/],
    ['no header', '#EXTINF:9,\na.ts', 'not-a-playlist', /#EXTM3U/],
    ['a longer word', '#EXTM3U8\n#EXTINF:9,\na.ts', 'not-a-playlist', /#EXTM3U/],
    ['header in the second place', 'x\n#EXTM3U\n#EXTINF:9,\na.ts', 'not-a-playlist', /#EXTM3U/],
    ['addresses alone', '#EXTM3U\nhttp://a/b.ts\n', 'not-a-playlist', /no segment/],
  ])('refuses %s with a reason', (_name, text, rule, reason) => {
    expect(() => parsePlaylist(text, BASE)).toThrow(
      expect.objectContaining({ name: 'PlaylistError', rule, reason: expect.stringMatching(reason) }),
    )
  })

  it('refuses what goes beyond its limits', () => {
    const tooLarge = expect.objectContaining({ rule: 'too-large' })
    const segments = (count: number) => `#EXTM3U\n#EXT-X-TARGETDURATION:1\n${'#EXTINF:1,\na\n'.repeat(count)}`
    const variants = (count: number) => `#EXTM3U\n${'#EXT-X-STREAM-INF:BANDWIDTH=1\na\n'.repeat(count)}`
    expect(parsePlaylist(segments(MAX_SEGMENTS), BASE)).toMatchObject({ kind: 'media' })
    expect(() => parsePlaylist(segments(MAX_SEGMENTS + 1), BASE)).toThrow(tooLarge)
    expect(parsePlaylist(variants(MAX_VARIANTS), BASE)).toMatchObject({ kind: 'multivariant' })
    expect(() => parsePlaylist(variants(MAX_VARIANTS + 1), BASE)).toThrow(tooLarge)
    expect(() => parsePlaylist(`#EXTM3U\n${'#'.repeat(9 * 1024 * 1024)}`, BASE)).toThrow(tooLarge)
  })

  it('keeps a limited number of violations and counts the rest', () => {
    const text = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n${'stray\n'.repeat(MAX_VIOLATIONS + 50)}`
    const playlist = parsePlaylist(text, BASE)
    expect(playlist.violations).toHaveLength(MAX_VIOLATIONS)
    expect(playlist.droppedViolations).toBe(50)
  })

  it('takes a playlist with segments for a media playlist whatever else it says', () => {
    expect(parsePlaylist('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na\n#EXTINF:1,\nb', BASE).kind).toBe('media')
    expect(parsePlaylist('#EXTM3U\n#EXT-X-PLAYLIST-TYPE:VOD', BASE).kind).toBe('media')
    expect(parsePlaylist('#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO', BASE).kind).toBe('multivariant')
  })

  it('reads with any base, and leaves relative URIs unresolved without one', () => {
    const text = '#EXTM3U\n#EXTINF:1,\na\n#EXTINF:1,\nhttp://h/b'
    expect(parsePlaylist(text, 'not a url')).toMatchObject({ segments: [{ url: null }, { url: 'http://h/b' }] })
  })
})

describe('parsePlaylist of anything', () => {
  const line = fc.oneof(
    fc.constantFrom(
      ...['#EXTM3U', '#EXT-X-TARGETDURATION:10', '#EXTINF:9.5,t', 'a.ts', '../b.ts?x', '#EXT-X-ENDLIST', '', '# c'],
      ...['#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x1', '#EXT-X-MAP:URI="i",BYTERANGE="5@0"', '#EXT-X-BYTERANGE:5'],
      ...['#EXT-X-DEFINE:NAME="a",VALUE="b"', '{$a}', '#EXT-X-SKIP:SKIPPED-SEGMENTS=3', '#EXT-X-CUE-OUT:30'],
      ...['#EXT-X-DATERANGE:ID="a",START-DATE="2026-01-01T00:00:00Z"', '#EXT-X-PART:URI="p",DURATION=1'],
      ...['#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z', '#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="g"', 'http://['],
      ...['#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="g",NAME="n"', '#EXT-X-I-FRAME-STREAM-INF:URI="i"', '#EXT-X-START:'],
    ),
    fc.stringMatching(/^#EXT(INF|-X-[A-Z-]{1,20})(:.{0,60})?$/),
    fc.string({ unit: 'binary', maxLength: 30 }),
  )
  const lines = fc.array(line, { maxLength: 40 }).map((list) => `#EXTM3U\n${list.join('\n')}`)

  it.each([
    ['random bytes', fc.uint8Array({ maxLength: 300 }).map((bytes) => new TextDecoder().decode(bytes))],
    ['random characters after a header', fc.string({ unit: 'binary' }).map((text) => `#EXTM3U\n#EXTINF:${text}`)],
    ['tags in any order', lines],
    ['tags with characters changed', fc.tuple(lines, fc.nat(), fc.string({ maxLength: 3 })).map(mutate)],
  ])('gives a playlist or a PlaylistError, never another error: %s', (_name, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        try {
          const playlist = parsePlaylist(text, BASE)
          expect(['media', 'multivariant']).toContain(playlist.kind)
          for (const violation of playlist.violations) expect(violation.line).toBeGreaterThanOrEqual(1)
        } catch (error) {
          if (!(error instanceof PlaylistError)) throw error
        }
      }),
      { numRuns: 1500 },
    )
  })
})

function mutate([text, at, put]: [string, number, string]): string {
  const from = at % text.length
  return text.slice(0, from) + put + text.slice(from + put.length)
}
