import { describe, expect, it } from 'vitest'
import type { MultivariantPlaylist } from './multivariant-playlist.ts'
import { parsePlaylist } from './parse-playlist.ts'

function multivariant(...lines: string[]): MultivariantPlaylist {
  const playlist = parsePlaylist(['#EXTM3U', ...lines].join('\n'), 'http://h/a/main.m3u8')
  if (playlist.kind !== 'multivariant') throw new Error('not a multivariant playlist')
  return playlist
}

const rules = (playlist: MultivariantPlaylist) => playlist.violations.map(({ rule, line }) => `${rule} ${line}`)
const FULL =
  'BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1500000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=25.000'
const variant = (more = '', uri = 'v.m3u8') => [`#EXT-X-STREAM-INF:${FULL}${more}`, uri]
const audio = (more: string) => `#EXT-X-MEDIA:TYPE=AUDIO,LANGUAGE="de",URI="a.m3u8",${more}`

describe('a multivariant playlist (trap 12)', () => {
  it('gives variants with typed attributes and keeps unknown ones', () => {
    const playlist = multivariant(...variant(',SCORE=1.5,VIDEO-RANGE=PQ,PATHWAY-ID="x",X-OURS="y"'))
    expect(playlist.variants).toMatchObject([
      {
        uri: 'v.m3u8',
        url: 'http://h/a/v.m3u8',
        line: 2,
        bandwidth: 2_000_000,
        averageBandwidth: 1_500_000,
        codecs: ['avc1.64001f', 'mp4a.40.2'],
        resolution: { width: 1280, height: 720 },
        frameRate: 25,
        score: 1.5,
        videoRange: 'PQ',
        pathwayId: 'x',
        closedCaptions: null,
      },
    ])
    expect(playlist.variants[0]?.attributes.get('X-OURS')).toEqual({ value: 'y', quoted: true })
    expect(playlist.violations).toEqual([])
  })

  it('reports what a variant does not say', () => {
    const playlist = multivariant('#EXT-X-STREAM-INF:PROGRAM-ID=1', 'v.m3u8')
    expect(playlist.variants).toMatchObject([{ bandwidth: null, codecs: [], resolution: null, frameRate: null }])
    expect(rules(playlist).sort()).toEqual([
      'average-missing 2',
      'bandwidth-missing 2',
      'codecs-missing 2',
      'frame-rate-missing 2',
      'resolution-missing 2',
    ])
  })

  it('asks sound alone for no resolution', () => {
    const line = '#EXT-X-STREAM-INF:BANDWIDTH=64000,AVERAGE-BANDWIDTH=64000,CODECS="mp4a.40.2"'
    expect(multivariant(line, 'a.m3u8').violations).toEqual([])
  })

  it('finds the URI behind comments, and reports strays', () => {
    const [tag = '', uri = ''] = variant()
    const playlist = multivariant('stray.m3u8', tag, '# comment', '', uri, tag)
    expect(playlist.variants).toHaveLength(1)
    expect(rules(playlist)).toEqual(['syntax 2', 'syntax 7'])
  })

  it('keeps renditions as a list, also when group and name repeat', () => {
    const playlist = multivariant(
      ...[audio('GROUP-ID="g",NAME="A",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="6"'), audio('GROUP-ID="g",NAME="A"')],
      ...variant(',AUDIO="g"'),
    )
    expect(playlist.renditions).toMatchObject([
      { type: 'AUDIO', groupId: 'g', name: 'A', isDefault: true, autoselect: true, channels: '6', language: 'de' },
      { groupId: 'g', name: 'A', isDefault: false, url: 'http://h/a/a.m3u8' },
    ])
    expect(rules(playlist)).toEqual(['rendition-invalid 3'])
  })

  it('reports groups that are missing, unused, or have other members', () => {
    const playlist = multivariant(
      ...[audio('GROUP-ID="g",NAME="A"'), audio('GROUP-ID="h",NAME="B"')],
      ...variant(',AUDIO="g",SUBTITLES="s"'),
    )
    expect(rules(playlist)).toEqual(['group-unused 3', 'group-members-differ 3', 'group-undefined 4'])
  })

  it.each([
    ['TYPE=SUBTITLES,GROUP-ID="s",NAME="A",LANGUAGE="de"', 'subtitles without URI'],
    ['TYPE=CLOSED-CAPTIONS,GROUP-ID="s",NAME="A",LANGUAGE="de"', 'closed captions without INSTREAM-ID'],
    ['TYPE=CLOSED-CAPTIONS,GROUP-ID="s",NAME="A",LANGUAGE="de",INSTREAM-ID="CC1",URI="x"', 'closed captions with URI'],
    ['TYPE=AUDIO,GROUP-ID="s",NAME="A",LANGUAGE="de",DEFAULT=YES,AUTOSELECT=NO', 'DEFAULT=YES with AUTOSELECT=NO'],
    ['TYPE=AUDIO,GROUP-ID="s",NAME="A",LANGUAGE="de",FORCED=NO', 'FORCED outside subtitles'],
    ['TYPE=AUDIO,GROUP-ID="s",NAME="A"', 'LANGUAGE is missing'],
    ['TYPE=AUDIO,GROUP-ID="s",LANGUAGE="de"', 'NAME is missing'],
    ['TYPE=SMELL,GROUP-ID="s",NAME="A",LANGUAGE="de"', 'TYPE is missing or unknown'],
  ])('reports the rendition %s', (attributes, text) => {
    const playlist = multivariant(`#EXT-X-MEDIA:${attributes}`, ...variant())
    expect(playlist.violations.filter(({ rule }) => rule === 'rendition-invalid')).toMatchObject([{ text }])
  })

  it('tells the word NONE from a group of that name, and reports mixtures', () => {
    const captions = '#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="NONE",NAME="A",LANGUAGE="de",INSTREAM-ID="CC1"'
    const playlist = multivariant(captions, ...variant(',CLOSED-CAPTIONS=NONE'), ...variant(',CLOSED-CAPTIONS="NONE"'))
    expect(playlist.variants.map((each) => each.closedCaptions)).toEqual(['none', { groupId: 'NONE' }])
    expect(rules(playlist)).toEqual(['captions-mixed 3'])
  })

  it('reads I-frames, session data, session keys and steering', () => {
    const playlist = multivariant(
      ...['#EXT-X-INDEPENDENT-SEGMENTS', '#EXT-X-CONTENT-STEERING:SERVER-URI="/steer",PATHWAY-ID="A"'],
      ...['#EXT-X-SESSION-DATA:DATA-ID="t",VALUE="x",LANGUAGE="de"', '#EXT-X-SESSION-KEY:METHOD=AES-128,URI="k"'],
      ...['#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=5,URI="i.m3u8",RESOLUTION=2x1', ...variant()],
    )
    expect(playlist).toMatchObject({
      independentSegments: true,
      steering: { serverUri: '/steer', url: 'http://h/steer', pathwayId: 'A' },
      sessionData: [{ dataId: 't', value: 'x', language: 'de', uri: null }],
      sessionKeys: [{ method: 'AES-128', url: 'http://h/a/k' }],
      iFrameVariants: [{ url: 'http://h/a/i.m3u8', bandwidth: 5, resolution: { width: 2, height: 1 } }],
      violations: [],
    })
  })

  it('replaces variables in variants and renditions', () => {
    const playlist = multivariant('#EXT-X-DEFINE:NAME="p",VALUE="x/y"', ...variant('', '{$p}/v.m3u8'))
    expect(playlist.variants[0]?.url).toBe('http://h/a/x/y/v.m3u8')
    expect(playlist.defines.get('p')).toBe('x/y')
    expect(rules(playlist)).toEqual(['version-too-low 2'])
  })
})
