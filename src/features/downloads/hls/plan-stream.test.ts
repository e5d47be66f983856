import { describe, expect, it } from 'vitest'
import * as lab from './scripted-web.test-support.ts'

const { all, HERE, plan, scriptedWeb, signals, vod, wishesOf } = lab
const failureOf = (text: string, options = {}) =>
  plan(text, options).then(
    () => null,
    (error: unknown) => error,
  )
const KEY = 'EXT-X-KEY:METHOD=AES-128,URI="k1"'
const IV = '0x000000000000000000000000000000AB'

describe('a complete media playlist', () => {
  it('gives every segment once, at its place, with its address and time', async () => {
    const stream = await plan(vod(['a.ts', '../b.ts?x=1', '//other.example/c.ts']), {
      url: 'https://cdn.example/1/2/index.m3u8?t=1',
    })
    expect(stream.head).toMatchObject({ live: false, durationSec: 18, targetDurationSec: 6 })
    expect(await all(stream.wishes(new Map(), signals()))).toMatchObject([
      { rendition: 'main', position: 0, msn: 0, startSec: 0, durationSec: 6, url: 'https://cdn.example/1/2/a.ts' },
      { position: 1, msn: 1, startSec: 6, url: 'https://cdn.example/1/b.ts?x=1', uriPath: '/1/b.ts' },
      { position: 2, msn: 2, startSec: 12, url: 'https://other.example/c.ts', init: null, key: null, gap: null },
    ])
  })

  it('takes the address after redirects as base', async () => {
    const multivariant = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nvideo.m3u8\n'
    const web = scriptedWeb({
      'https://cdn.example/show/video.m3u8': { text: vod(['a.ts']), url: 'https://edge.example/x/v.m3u8' },
    })
    expect((await wishesOf(multivariant, { web }))[0]?.url).toBe('https://edge.example/x/a.ts')
  })

  it('is complete by its type, even without an end', async () => {
    const text = vod(['a.ts', 'b.ts'], ['#EXT-X-PLAYLIST-TYPE:VOD']).replace('#EXT-X-ENDLIST\n', '')
    const stream = await plan(text)
    expect([stream.head.live, await all(stream.wishes(new Map(), signals()))]).toMatchObject([false, { length: 2 }])
    expect(stream.notes.join()).toContain('ENDLIST')
  })

  it('numbers keys without IV by segment, from the media sequence', async () => {
    const list = await wishesOf(vod([`${KEY} a.ts`, 'b.ts'], ['#EXT-X-MEDIA-SEQUENCE:7794']))
    expect(list.map(({ key }) => key)).toEqual([
      { url: 'https://cdn.example/show/k1', ivHex: '00000000000000000000000000001e72' },
      { url: 'https://cdn.example/show/k1', ivHex: '00000000000000000000000000001e73' },
    ])
  })

  it('follows rotation, the end of encryption, and identity among several key formats', async () => {
    const rows = [
      `${KEY} a.ts`,
      `EXT-X-KEY:METHOD=AES-128,URI="k2",IV=${IV} b.ts`,
      'EXT-X-KEY:METHOD=NONE c.ts',
      `EXT-X-KEY:METHOD=AES-128,URI="k3" EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery" d.ts`,
      'EXT-X-KEY:METHOD=AES-128,URI="data:;base64,AAAAAAAAAAAAAAAAAAAAAA==" e.ts',
    ]
    const keys = (await wishesOf(vod(rows))).map(({ key }) => key?.url.split('/').at(-1) ?? null)
    expect(keys).toEqual(['k1', 'k2', null, 'k3', 'data:;base64,AAAAAAAAAAAAAAAAAAAAAA=='.split('/').at(-1)])
  })

  it('gives each segment the init section in force, named by address and range, with the key above it', async () => {
    const rows = [
      'EXT-X-MAP:URI="i.mp4" a.m4s',
      `${KEY} b.m4s`,
      'EXT-X-MAP:URI="all.mp4",BYTERANGE="700@0" EXT-X-KEY:METHOD=NONE c.m4s',
      'EXT-X-MAP:URI="all.mp4",BYTERANGE="700@9000" d.m4s',
      `EXT-X-KEY:METHOD=AES-128,URI="k2",IV=${IV} EXT-X-MAP:URI="i2.mp4" e.m4s`,
    ].map((row, index) => (index === 2 ? row.replace('EXT-X-MAP', 'EXT-X-KEY:METHOD=NONE EXT-X-MAP') : row))
    const inits = (await wishesOf(vod(rows))).map(({ init }) => init)
    expect(inits.map((init) => init?.url.split('/').at(-1))).toEqual(['i.mp4', 'i.mp4', 'all.mp4', 'all.mp4', 'i2.mp4'])
    expect(new Set(inits.map((init) => init?.key)).size).toBe(4)
    expect(inits.map((init) => init?.decryption?.ivHex ?? null)).toEqual([
      null,
      null,
      null,
      null,
      IV.slice(2).toLowerCase(),
    ])
    expect(inits[3]?.byteRange).toEqual({ offset: 9000, length: 700 })
  })

  it('names init sections alike over new tokens, and apart where only the query differs', async () => {
    const tokens = async (token: string) =>
      (await wishesOf(vod([`EXT-X-MAP:URI="i.mp4?t=${token}" a.m4s`])))[0]?.init?.key
    expect(await tokens('1')).toBe(await tokens('2'))
    const two = await wishesOf(vod(['EXT-X-MAP:URI="i.mp4?v=1" a.m4s', 'EXT-X-MAP:URI="i.mp4?v=2" b.m4s']))
    expect(two[0]?.init?.key).not.toBe(two[1]?.init?.key)
  })

  it('chains byte ranges per address, beyond 4 GiB', async () => {
    const rows = [
      'EXT-X-BYTERANGE:10@5000000000 f.ts',
      'EXT-X-BYTERANGE:20 f.ts',
      'EXT-X-BYTERANGE:5@0 g.ts',
      'EXT-X-BYTERANGE:7 f.ts',
    ]
    expect((await wishesOf(vod(rows))).map(({ byteRange }) => byteRange)).toEqual([
      { offset: 5_000_000_000, length: 10 },
      { offset: 5_000_000_010, length: 20 },
      { offset: 0, length: 5 },
      { offset: 5_000_000_030, length: 7 },
    ])
  })

  it.each([
    ['its own', ['a.ts', 'EXT-X-BYTERANGE:10@x b.ts', 'c.ts'], 5, [false, true, false]],
    [
      'of what goes on from it',
      ['EXT-X-BYTERANGE:10@x b.ts', 'EXT-X-BYTERANGE:9 b.ts', 'c.ts'],
      3,
      [true, true, false],
    ],
    ['of its init section', ['EXT-X-MAP:URI="i",BYTERANGE="x" a.m4s', 'EXT-X-MAP:URI="j" b.m4s'], 3, [true, false]],
  ])('never takes a whole file for a part that cannot be read: %s', async (_, rows, line, gaps) => {
    expect(await failureOf(vod(rows))).toMatchObject({
      code: 'segment-missing',
      why: expect.stringMatching(new RegExp(`line ${line} cannot be read`)),
    })
    const list = await wishesOf(vod(rows), { wishes: { allowGaps: true } })
    expect(list.map(({ gap }) => gap !== null)).toEqual(gaps)
    expect(
      list.filter(({ gap }) => gap !== null).every(({ init, byteRange }) => init === null && byteRange === null),
    ).toBe(true)
  })

  it('keeps the place of an absent segment, whatever its key', async () => {
    const rows = ['a.ts', 'EXT-X-KEY:METHOD=SAMPLE-AES,URI="x" EXT-X-GAP b.ts', 'EXT-X-KEY:METHOD=NONE c.ts']
    const list = await wishesOf(vod(rows))
    expect(list.map(({ gap, startSec }) => [gap !== null, startSec])).toEqual([
      [false, 0],
      [true, 6],
      [false, 12],
    ])
    expect(list[1]?.gap).toContain('EXT-X-GAP')
  })

  it('begins a period at each discontinuity, whatever number the first one has', async () => {
    const list = await wishesOf(
      vod(
        ['a.ts', 'EXT-X-DISCONTINUITY b.ts', 'c.ts', 'EXT-X-DISCONTINUITY d.ts'],
        ['#EXT-X-DISCONTINUITY-SEQUENCE:5'],
      ),
    )
    expect(list.map(({ period }) => period)).toEqual([0, 1, 1, 2])
  })

  it('replaces variables: named, imported, and from the query of the address after redirects', async () => {
    const multivariant =
      '#EXTM3U\n#EXT-X-DEFINE:NAME="host",VALUE="https://v.example"\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{$host}/v.m3u8\n'
    const media = vod(['{$host}/{$token}/a.ts'], ['#EXT-X-DEFINE:IMPORT="host"', '#EXT-X-DEFINE:QUERYPARAM="token"'])
    const web = scriptedWeb({ 'https://v.example/v.m3u8': { text: media, url: 'https://v.example/v.m3u8?token=abc' } })
    expect((await wishesOf(multivariant, { web }))[0]?.url).toBe('https://v.example/abc/a.ts')
    expect(await failureOf(media)).toMatchObject({ code: 'playlist-unreadable', why: expect.stringContaining('host') })
  })

  it('stays cheap with a hundred thousand segments', async () => {
    const text = vod(Array.from({ length: 100_000 }, (_, index) => `segment-${index}.ts`))
    const list = await wishesOf(text)
    expect([list.length, list.at(-1)?.position, list.at(-1)?.uriPath]).toEqual([
      100_000,
      99_999,
      '/show/segment-99999.ts',
    ])
  })
})

describe('a playlist that cannot be taken', () => {
  const FAIRPLAY = 'EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"'
  const WIDEVINE =
    'EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="data:,x",KEYFORMAT="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"'
  const cases: Record<string, [text: string, code: string, words: RegExp]> = {
    'a page': ['<html><body>Not found</body></html>', 'playlist-unreadable', /HTML/],
    'an empty body': ['', 'playlist-unreadable', /empty/],
    'only a header': ['#EXTM3U\n', 'playlist-unreadable', /only a header/],
    'no segment and an end': [vod([]), 'playlist-unreadable', /nothing came/],
    'key frames only': [vod(['a.ts'], ['#EXT-X-I-FRAMES-ONLY']), 'playlist-unreadable', /watching/],
    'a list of channels': [
      '#EXTM3U\n#EXTINF:-1 tvg-id="1",One\nhttp://one.example/x.m3u8\n',
      'playlist-unreadable',
      /channels/,
    ],
    'SAMPLE-AES': [vod(['a.ts', 'EXT-X-KEY:METHOD=SAMPLE-AES,URI="k" b.ts']), 'protected-media', /SAMPLE-AES/],
    'AES-256-GCM': [vod(['EXT-X-KEY:METHOD=AES-256-GCM,URI="k" a.ts']), 'protected-media', /AES-256-GCM/],
    'an unknown method': [vod(['EXT-X-KEY:METHOD=ROT13,URI="k" a.ts']), 'protected-media', /ROT13/],
    FairPlay: [vod([`${FAIRPLAY} a.ts`]), 'protected-media', /FairPlay/],
    Widevine: [vod([`${WIDEVINE} a.ts`]), 'protected-media', /Widevine/],
    'a key without address': [vod(['EXT-X-KEY:METHOD=AES-128 a.ts']), 'protected-media', /no address/],
    'a key inside that is none': [
      vod(['EXT-X-KEY:METHOD=AES-128,URI="data:,short" a.ts']),
      'playlist-unreadable',
      /16 bytes/,
    ],
    'an IV that is none': [vod(['EXT-X-KEY:METHOD=AES-128,URI="k",IV=0xZZ a.ts']), 'playlist-unreadable', /IV/],
    'an encrypted init section without IV': [
      vod([`${KEY} EXT-X-MAP:URI="i.mp4" a.m4s`]),
      'playlist-unreadable',
      /EXT-X-MAP/,
    ],
    'a protected init section': [
      vod(['EXT-X-KEY:METHOD=SAMPLE-AES,URI="k" EXT-X-MAP:URI="i.mp4" EXT-X-KEY:METHOD=NONE a.m4s']),
      'protected-media',
      /SAMPLE-AES/,
    ],
    'a segment on this machine': [vod(['a.ts', 'file:///etc/passwd']), 'address-refused', /Line 6/],
    'a key on this machine': [
      vod(['EXT-X-KEY:METHOD=AES-128,URI="file:///etc/shadow" a.ts']),
      'address-refused',
      /key .* not on the web/,
    ],
    'an init section on this machine': [vod(['EXT-X-MAP:URI="file:///etc/passwd" a.m4s']), 'address-refused', /Line/],
    'a segment without usable address': [vod(['http://[x/']), 'playlist-unreadable', /Line/],
    'variants without address': [
      '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://[x/\n',
      'playlist-unreadable',
      /variant/,
    ],
  }
  it.each(Object.entries(cases))('is refused with words: %s', async (_name, [text, code, words]) => {
    const failure = await failureOf(text)
    expect(failure).toMatchObject({ code, fix: expect.any(String) })
    const { message, why } = failure as { message: string; why: string }
    expect(`${message} ${why}`).toMatch(words)
  })

  it('is refused when a variant leads to another multivariant playlist, itself for one', async () => {
    const text = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex.m3u8\n'
    const web = scriptedWeb({ [HERE]: text })
    expect(await failureOf(text, { web })).toMatchObject({ code: 'playlist-unreadable' })
    expect(web.asked).toEqual([HERE])
  })

  it('loads no more than is bounded, and says as whom only where that is wished', async () => {
    const multivariant = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n'
    const web = scriptedWeb(() => vod(['a.ts']))
    const identity = { headers: { cookie: 'a=b' }, hosts: ['keys.example'] }
    await plan(multivariant, { web, wishes: { identity } })
    expect(web.requests[0]).toMatchObject({
      maxBytes: 8 * 1024 * 1024,
      timeoutMs: 30_000,
      identity: { headers: { cookie: 'a=b' }, hosts: ['cdn.example', 'keys.example'] },
    })
  })
})
