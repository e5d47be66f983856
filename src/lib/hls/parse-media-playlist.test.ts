import { describe, expect, it } from 'vitest'
import type { MediaPlaylist } from './media-playlist.ts'
import { parsePlaylist } from './parse-playlist.ts'

const BASE = 'https://example.com/live/list.m3u8?token=a%20b'

/** A media playlist of the given lines below a plain header. */
function media(...lines: string[]): MediaPlaylist {
  return mediaText(['#EXTM3U', '#EXT-X-TARGETDURATION:10', ...lines, ''].join('\n'))
}

function mediaText(text: string, imports: Record<string, string> = {}): MediaPlaylist {
  const playlist = parsePlaylist(text, BASE, { imports: new Map(Object.entries(imports)) })
  if (playlist.kind !== 'media') throw new Error('not a media playlist')
  return playlist
}

const rules = (playlist: MediaPlaylist) => playlist.violations.map(({ rule, line }) => `${rule} ${line}`)
const VOD = '#EXT-X-PLAYLIST-TYPE:VOD'

describe('text (trap 1)', () => {
  it.each([
    ['LF', '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\na.ts\n#EXT-X-ENDLIST\n'],
    ['CR LF', '#EXTM3U\r\n#EXT-X-TARGETDURATION:10\r\n#EXTINF:10,\r\na.ts\r\n#EXT-X-ENDLIST\r\n'],
    ['CR', '#EXTM3U\r#EXT-X-TARGETDURATION:10\r#EXTINF:10,\ra.ts\r#EXT-X-ENDLIST\r'],
    ['no newline at the end', '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\na.ts\n#EXT-X-ENDLIST'],
    ['spaces around lines', '#EXTM3U \n #EXT-X-TARGETDURATION:10\t\n#EXTINF:10, \na.ts  \n#EXT-X-ENDLIST '],
    ['comments between', '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n# c\n#x\n\na.ts\n#EXT-X-ENDLIST'],
    [
      'attributes of IPTV lists',
      '#EXTM3U x-tvg-url="http://a/b"\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\na.ts\n#EXT-X-ENDLIST',
    ],
  ])('reads %s without complaint', (_name, text) => {
    const playlist = mediaText(text)
    expect(playlist).toMatchObject({ targetDurationSec: 10, ended: true, violations: [] })
    expect(playlist.segments).toMatchObject([{ uri: 'a.ts', url: 'https://example.com/live/a.ts', durationSec: 10 }])
  })

  it('survives a byte order mark, blank lines and comments before the header, and says so', () => {
    const playlist = mediaText(
      '\ufeff\n# made by hand\n#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\na.ts\n#EXT-X-ENDLIST',
    )
    expect(playlist.segments).toHaveLength(1)
    expect(rules(playlist)).toEqual(['syntax 1', 'syntax 3'])
  })

  it('keeps vendor tags with their lines', () => {
    const playlist = media(VOD, '#EXT-X-VENDOR:a=b', '#EXTINF:10,', '#EXTVLCOPT:x', 'a.ts')
    expect(playlist.unknownTags).toEqual([
      { name: 'EXT-X-VENDOR', line: 4, value: 'a=b' },
      { name: 'EXTVLCOPT', line: 6, value: 'x' },
    ])
    expect(playlist.segments).toHaveLength(1)
  })

  it.each([
    ['seg 1.ts', 'https://example.com/live/seg%201.ts'],
    ['größe.ts', 'https://example.com/live/gr%C3%B6%C3%9Fe.ts'],
    ['a.ts?x=1&y=2', 'https://example.com/live/a.ts?x=1&y=2'],
    ['a.ts#part', 'https://example.com/live/a.ts#part'],
    ['//cdn.example/a.ts', 'https://cdn.example/a.ts'],
    ['/root.ts', 'https://example.com/root.ts'],
    ['../up.ts', 'https://example.com/up.ts'],
    ['a/./b/../c.ts', 'https://example.com/live/a/c.ts'],
    ['a/%2e%2e/c.ts', 'https://example.com/live/c.ts'],
    ['a..b/c.d-e_f~g.ts', 'https://example.com/live/a..b/c.d-e_f~g.ts'],
    ['?only=query', 'https://example.com/live/list.m3u8?only=query'],
    ['http://[::1]:80/a.ts', 'http://[::1]/a.ts'],
    ['a:b.ts', 'a:b.ts'],
  ])('resolves %s', (uri, url) => {
    expect(media(VOD, '#EXTINF:10,', uri).segments[0]).toMatchObject({ uri, url })
  })

  it('keeps a segment whose URI cannot be resolved, and says so', () => {
    const playlist = media(VOD, '#EXTINF:10,', 'http://a b:c/')
    expect(playlist.segments).toMatchObject([{ url: null }])
    expect(rules(playlist)).toContain('syntax 5')
  })
})

describe('EXTINF (trap 2)', () => {
  it.each([
    ['9', 9, '', ''],
    ['9.009,', 9.009, '', ''],
    ['9.009,Title, with "commas" = and', 9.009, 'Title, with "commas" = and', ''],
    ['-1 tvg-id="a,b" group="x",News', 0, 'News', 'tvg-id="a,b" group="x"'],
    ['0,zero', 0, 'zero', ''],
    ['5. ,x', 5, 'x', ''],
    ['.5,x', 0.5, 'x', ''],
    ['abc,x', 0, 'x', 'abc'],
    ['1e9,x', 0, 'x', '1e9'],
    ['NaN,', 0, '', 'NaN'],
    ['99999999999999999999,', 366 * 86_400, '', ''],
  ])('%s', (value, durationSec, title, inlineAttributes) => {
    const playlist = media(VOD, `#EXTINF:${value}`, 'a.ts')
    expect(playlist.segments).toMatchObject([{ durationSec, title, inlineAttributes }])
  })

  it('reports what is longer than the target duration once rounded, zero, odd, or no number', () => {
    const playlist = media(
      ...['#EXT-X-VERSION:3', VOD],
      ...['#EXTINF:10.49,', 'a.ts', '#EXTINF:10.5,', 'b.ts', '#EXTINF:0,', 'c.ts', '#EXTINF:2.4,', 'd.ts'],
      ...['#EXTINF:x,', 'e.ts', '#EXTINF:10,', 'f.ts', '#EXTINF:10,', 'g.ts', '#EXTINF:0.1,', 'h.ts'],
    )
    expect(rules(playlist)).toEqual([
      'segment-longer-than-target 8',
      'zero-or-odd-duration 10',
      'zero-or-odd-duration 12',
      'syntax 13',
      'zero-or-odd-duration 14',
    ])
  })

  it('takes a URI without EXTINF for no segment and an EXTINF without URI for none', () => {
    const playlist = media(VOD, 'stray.ts', '#EXTINF:10,', '#EXTINF:9,', 'a.ts', '#EXTINF:8,')
    expect(playlist.segments).toMatchObject([{ uri: 'a.ts', durationSec: 9, msn: 0 }])
    expect(rules(playlist)).toEqual(['syntax 4', 'syntax 6', 'syntax 8'])
  })

  it('asks for version 3 when a duration has decimals', () => {
    expect(rules(media(VOD, '#EXTINF:9.5,', 'a.ts'))).toEqual(['version-too-low 4'])
  })
})

describe('order of tags (trap 7)', () => {
  it('lets ENDLIST stand anywhere', () => {
    const playlist = media('#EXTINF:9,', 'a', '#EXT-X-ENDLIST', '#EXTINF:9,', 'b')
    expect(playlist).toMatchObject({ ended: true, segments: [{ uri: 'a' }, { uri: 'b' }], violations: [] })
  })

  it('takes the first of two VERSION tags', () => {
    const playlist = media('#EXT-X-VERSION:1', '#EXT-X-VERSION:7', VOD)
    expect(playlist.version).toBe(1)
    expect(rules(playlist)).toEqual(['duplicate-tag 4'])
  })

  it('goes on without a target duration', () => {
    const playlist = mediaText('#EXTM3U\n#EXTINF:9,\na\n#EXT-X-ENDLIST')
    expect(playlist).toMatchObject({ targetDurationSec: null, segments: [{ durationSec: 9 }] })
    expect(rules(playlist)).toEqual(['target-duration-missing 1'])
  })

  it('gives tags after the last segment to no segment', () => {
    const playlist = media(VOD, '#EXTINF:9,', 'a', '#EXT-X-DISCONTINUITY', '#EXT-X-GAP', '#EXT-X-KEY:METHOD=NONE')
    expect(playlist.segments).toMatchObject([{ discontinuity: false, gap: false }])
    expect(playlist.violations).toEqual([])
  })

  it('reports tags of multivariant playlists', () => {
    const playlist = media(VOD, '#EXT-X-MEDIA:TYPE=SUBTITLES,URI="a.srt"', '#EXTINF:9,', 'a')
    expect(rules(playlist)).toEqual(['syntax 4'])
    expect(playlist.unknownTags).toMatchObject([{ name: 'EXT-X-MEDIA' }])
  })
})

describe('variables (trap 8)', () => {
  it('are replaced in URIs, maps, and quoted and hexadecimal attributes', () => {
    const playlist = mediaText(
      [
        '#EXTM3U',
        '#EXT-X-VERSION:11',
        '#EXT-X-TARGETDURATION:10',
        '#EXT-X-DEFINE:NAME="host",VALUE="https://cdn.example"',
        '#EXT-X-DEFINE:NAME="iv",VALUE="000102030405060708090A0B0C0D0E0F"',
        '#EXT-X-DEFINE:IMPORT="quality"',
        '#EXT-X-DEFINE:QUERYPARAM="token"',
        '#EXT-X-KEY:METHOD=AES-128,URI="{$host}/key",IV=0x{$iv}',
        '#EXT-X-MAP:URI="{$host}/{$quality}.mp4"',
        '#EXTINF:9,not {$here}',
        '{$host}/{$quality}/1.m4s?t={$token}',
        '#EXT-X-ENDLIST',
      ].join('\n'),
      { quality: 'high' },
    )
    expect(playlist.segments).toMatchObject([
      {
        uri: 'https://cdn.example/high/1.m4s?t=a b',
        url: 'https://cdn.example/high/1.m4s?t=a%20b',
        title: 'not {$here}',
        map: { uri: 'https://cdn.example/high.mp4' },
        keys: [{ uri: 'https://cdn.example/key', iv: '000102030405060708090a0b0c0d0e0f' }],
      },
    ])
    expect(playlist.violations).toEqual([])
    expect([...playlist.defines.keys()]).toEqual(['host', 'iv', 'quality', 'token'])
  })

  it.each([
    ['a URI', ['#EXTINF:9,', '{$x}.ts'], 4],
    ['an attribute', ['#EXT-X-MAP:URI="{$x}"'], 3],
    ['an import that is not there', ['#EXT-X-DEFINE:IMPORT="x"'], 3],
    ['a query parameter that is not there', ['#EXT-X-DEFINE:QUERYPARAM="x"'], 3],
    ['use before definition', ['#EXTINF:9,', '{$x}', '#EXT-X-DEFINE:NAME="x",VALUE="1"'], 4],
  ])('that are not defined refuse the playlist: %s', (_name, lines, line) => {
    expect(() => media(...lines)).toThrow(expect.objectContaining({ rule: 'unknown-variable', line }))
  })

  it('are not expanded twice, and not without end', () => {
    const playlist = media(
      ...['#EXT-X-VERSION:8', VOD, '#EXT-X-DEFINE:NAME="a",VALUE="x"', '#EXT-X-DEFINE:NAME="b",VALUE="{$a}{$a}"'],
      ...['#EXTINF:9,', '{$b}'],
    )
    expect(playlist.segments[0]?.uri).toBe('{$a}{$a}')
    const value = 'x'.repeat(1024 * 1024)
    const bomb = [`#EXT-X-DEFINE:NAME="a",VALUE="${value}"`, '#EXTINF:9,', '{$a}'.repeat(9)]
    expect(() => media(...bomb)).toThrow(expect.objectContaining({ rule: 'too-large' }))
  })

  it('keep the first value when defined twice', () => {
    const define = (value: string) => `#EXT-X-DEFINE:NAME="a",VALUE="${value}"`
    const playlist = media('#EXT-X-VERSION:8', VOD, define('1'), define('2'), '#EXTINF:9,', '{$a}')
    expect(playlist.segments[0]?.uri).toBe('1')
    expect(rules(playlist)).toEqual(['duplicate-tag 6'])
  })
})

describe('low latency (trap 10)', () => {
  it('gives parts to the segment they build, keeps hints, reports and control', () => {
    const playlist = media(
      ...['#EXT-X-VERSION:9', '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.0,CAN-SKIP-UNTIL=12.0'],
      ...['#EXT-X-PART-INF:PART-TARGET=0.333', '#EXT-X-MEDIA-SEQUENCE:266', '#EXT-X-SKIP:SKIPPED-SEGMENTS=8'],
      ...['#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z', '#EXTINF:4,', 'a.mp4'],
      ...[
        '#EXT-X-PART:DURATION=0.333,URI="b.0.mp4"',
        '#EXT-X-PART:DURATION=0.333,URI="b.1.mp4"',
        '#EXTINF:4,',
        'b.mp4',
      ],
      ...['#EXT-X-PART:DURATION=0.333,URI="c.0.mp4",INDEPENDENT=YES', '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="c.1.mp4"'],
      ...['#EXT-X-RENDITION-REPORT:URI="../1M/x.m3u8",LAST-MSN=275'],
    )
    expect(playlist.segments.map(({ msn, parts }) => [msn, parts.length])).toEqual([
      [274, 0],
      [275, 2],
    ])
    expect(playlist.partsAhead[0]?.attributes.get('URI')?.value).toBe('c.0.mp4')
    expect(playlist.preloadHints).toHaveLength(1)
    expect(playlist.renditionReports).toHaveLength(1)
    expect(playlist).toMatchObject({
      partTargetSec: 0.333,
      serverControl: { canBlockReload: true, partHoldBackSec: 1, canSkipUntilSec: 12 },
      violations: [],
    })
  })
})

describe('an empty live playlist (trap 11)', () => {
  it('is a media playlist', () => {
    expect(mediaText('#EXTM3U\n#EXT-X-TARGETDURATION:6\n')).toMatchObject({
      segments: [],
      ended: false,
      violations: [],
    })
  })
})

describe('other tags', () => {
  it('reads type, start, independence and I-frames', () => {
    const playlist = media(
      ...['#EXT-X-VERSION:4', '#EXT-X-PLAYLIST-TYPE:EVENT', '#EXT-X-START:TIME-OFFSET=-12.5,PRECISE=YES'],
      ...['#EXT-X-INDEPENDENT-SEGMENTS', '#EXT-X-I-FRAMES-ONLY'],
    )
    expect(playlist).toMatchObject({
      type: 'event',
      start: { timeOffsetSec: -12.5, precise: true },
      independentSegments: true,
      iFramesOnly: true,
      violations: [],
    })
  })

  it('reports a version that is higher than needed, but lets fMP4 have its customary 7', () => {
    expect(rules(media('#EXT-X-VERSION:7', VOD, '#EXTINF:9,', 'a'))).toEqual(['version-higher-than-needed 3'])
    expect(rules(media('#EXT-X-VERSION:7', VOD, '#EXT-X-MAP:URI="i"', '#EXTINF:9,', 'a'))).toEqual([])
  })
})
