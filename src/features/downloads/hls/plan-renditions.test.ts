import { describe, expect, it } from 'vitest'
import { PLAIN_CHOICE } from '#domain/download.ts'
import { RemoteRefusedError, RemoteUnreachableError } from '#domain/errors.ts'
import { planStream } from './plan-stream.ts'
import * as lab from './scripted-web.test-support.ts'
import type { SegmentWish } from './segment-wish.ts'

const { all, HERE, NEVER, plan, recordings, request, scriptedWeb, signals, textAt, vod, wishesOf } = lab
const KEY = 'EXT-X-KEY:METHOD=AES-128,URI="k1"'
const IV = '0x000000000000000000000000000000AB'

describe('renditions of a complete stream', () => {
  const media = (type: string, name: string, language: string, uri: string | null, more = '') =>
    `#EXT-X-MEDIA:TYPE=${type},GROUP-ID="${type}",NAME="${name}",LANGUAGE="${language}"${uri ? `,URI="${uri}"` : ''}${more}`
  const multivariant = [
    '#EXTM3U',
    media('AUDIO', 'English', 'en', 'en.m3u8', ',DEFAULT=YES,AUTOSELECT=YES'),
    media('AUDIO', 'Deutsch', 'de', 'de.m3u8'),
    media('SUBTITLES', 'English', 'en', 'sub-en.m3u8'),
    media('SUBTITLES', 'Deutsch', 'de', 'sub-de.m3u8', ',FORCED=YES'),
    media('VIDEO', 'Angle 2', 'en', 'angle.m3u8'),
    '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="frames.m3u8"',
    '#EXT-X-STREAM-INF:BANDWIDTH=1000000,CODECS="avc1.4d401f,mp4a.40.2",RESOLUTION=640x360,AUDIO="AUDIO",SUBTITLES="SUBTITLES",VIDEO="VIDEO"',
    'v.m3u8',
    '',
  ].join('\n')
  const web = () => scriptedWeb((url) => vod(['1', '2', '3'].map((name) => `${url.split('/').at(-1)}-${name}`)))
  const choice = (wishes: object) => ({ wishes: { choice: { ...PLAIN_CHOICE, ...wishes } } })
  const idsAnd = (list: readonly SegmentWish[]) => [...new Set(list.map(({ rendition }) => rendition))]

  it('are all taken when nothing else is wished, in step with the picture', async () => {
    const scripted = web()
    const stream = await plan(multivariant, { web: scripted })
    expect(
      stream.head.renditions.map(({ id, kind, language, isDefault, forced }) => [
        id,
        kind,
        language,
        isDefault,
        forced,
      ]),
    ).toEqual([
      ['main', 'main', 'und', true, false],
      ['a0', 'audio', 'en', true, false],
      ['a1', 'audio', 'de', false, false],
      ['s0', 'subtitles', 'en', false, false],
      ['s1', 'subtitles', 'de', false, true],
    ])
    const list = await all(stream.wishes(new Map(), signals()))
    expect(list.map(({ rendition, msn }) => rendition + msn).join(' ')).toBe(
      'main0 a00 a10 s00 s10 main1 a01 a11 s01 s11 main2 a02 a12 s02 s12',
    )
    expect(scripted.asked.some((url) => /angle|frames/.test(url))).toBe(false)
  })

  it('are taken by language, the most wished first and as default', async () => {
    const stream = await plan(multivariant, {
      web: web(),
      ...choice({ audioLanguages: ['de-AT', 'en'], subtitleLanguages: ['fr', 'de'] }),
    })
    const labels = stream.head.renditions.map(({ id, language, isDefault }) => [id, language, isDefault])
    expect(labels.slice(1)).toEqual([
      ['a0', 'de', true],
      ['a1', 'en', false],
      ['s0', 'de', false],
    ])
  })

  it('fall back to what the stream prefers, and say so, when a language is not there', async () => {
    const stream = await plan(multivariant, {
      web: web(),
      ...choice({ audioLanguages: ['fr'], subtitleLanguages: 'none' }),
    })
    expect(stream.head.renditions.map(({ id, language }) => [id, language]).slice(1)).toEqual([['a0', 'en']])
    expect(stream.notes.join()).toContain('No sound in fr')
  })

  it('stand for the picture when only sound is wished', async () => {
    const stream = await plan(multivariant, {
      web: web(),
      ...choice({ quality: 'audio-only', audioLanguages: ['de'], subtitleLanguages: 'none' }),
    })
    expect(stream.head).toMatchObject({
      url: 'https://cdn.example/show/de.m3u8',
      renditions: [{ id: 'main', language: 'de' }],
    })
  })

  it('lie in the variant where they have no address', async () => {
    const muxed = multivariant.replace(',URI="en.m3u8"', '')
    const stream = await plan(muxed, { web: web(), ...choice({ subtitleLanguages: 'none' }) })
    expect(stream.head.renditions.map(({ id, language }) => [id, language])).toEqual([
      ['main', 'en'],
      ['a0', 'de'],
    ])
  })

  it('share periods with the picture, by time where subtitles know no discontinuity', async () => {
    const broken = scriptedWeb((url) =>
      /sub-/.test(url)
        ? vod(['a.vtt', 'b.vtt', 'c.vtt'])
        : vod(['a.ts', 'EXT-X-DISCONTINUITY b.ts', 'EXT-X-DISCONTINUITY c.ts']),
    )
    const list = await wishesOf(multivariant, { web: broken })
    for (const { msn, period } of list) expect(period).toBe(msn)
    expect(idsAnd(list)).toHaveLength(5)
  })

  it('are refused by name when sound cannot be had, left out with a note when subtitles cannot', async () => {
    const without = (name: string) =>
      scriptedWeb((url) => (url.endsWith(name) ? new RemoteRefusedError('status 404', 404) : vod(['a.ts'])))
    await expect(plan(multivariant, { web: without('/de.m3u8') })).rejects.toMatchObject({
      code: 'remote-refused',
      status: 404,
    })
    const stream = await plan(multivariant, { web: without('sub-en.m3u8') })
    expect(stream.head.renditions.map(({ id }) => id)).toEqual(['main', 'a0', 'a1', 's1'])
    expect(stream.notes.join()).toContain('Subtitles English were left out')
  })

  it('come from another host or pathway when the first does not answer, sound too', async () => {
    const pathways = [
      '#EXTM3U',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a1",NAME="E",LANGUAGE="en",URI="https://one.example/a.m3u8"',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a2",NAME="E",LANGUAGE="en",URI="https://two.example/a.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=9,AUDIO="a1",PATHWAY-ID="one"\nhttps://one.example/v.m3u8',
      '#EXT-X-STREAM-INF:BANDWIDTH=9,AUDIO="a2",PATHWAY-ID="two"\nhttps://two.example/v.m3u8',
      '',
    ].join('\n')
    const half = scriptedWeb((url) => (url.includes('one.') ? new RemoteUnreachableError('down') : vod(['a.ts'])))
    const list = await wishesOf(pathways, { web: half })
    expect(list.map(({ rendition, url }) => [rendition, url])).toEqual([
      ['main', 'https://two.example/a.ts'],
      ['a0', 'https://two.example/a.ts'],
    ])
  })

  it('are tried again, a few times, when the server stumbles', async () => {
    let loads = 0
    const stumbling = scriptedWeb(() => (loads++ < 2 ? new RemoteRefusedError('503', 503) : vod(['a.ts'])))
    expect(await wishesOf('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n', { web: stumbling })).toHaveLength(1)
  })
})

describe('a download that goes on', () => {
  const text = (token: string) => vod(['a.ts', 'b.ts', 'c.ts', 'd.ts'].map((name) => `${name}?t=${token}`))

  it('wishes for what is not recorded, over new tokens', async () => {
    const before = await wishesOf(text('old'))
    const kept = recordings(before.filter(({ position }) => position === 0 || position === 2))
    const list = await wishesOf(text('new'), {}, kept)
    expect(list.map(({ position, startSec, url }) => [position, startSec, url.split('?')[1]])).toEqual([
      [1, 6, 't=new'],
      [3, 18, 't=new'],
    ])
  })

  it.each([
    ['another first number', vod(['a.ts', 'b.ts'], ['#EXT-X-MEDIA-SEQUENCE:5'])],
    ['other lengths', vod(['a.ts', 'b.ts']).replaceAll('#EXTINF:6,', '#EXTINF:5,')],
    ['other names', vod(['x.ts', 'y.ts'])],
    ['fewer segments', vod(['a.ts'])],
  ])('is refused, and offered a new one, when the playlist has %s', async (_name, now) => {
    const kept = recordings(await wishesOf(vod(['a.ts', 'b.ts'])))
    await expect(wishesOf(now, {}, kept)).rejects.toMatchObject({
      code: 'conflict',
      fix: expect.stringContaining('new download'),
    })
  })

  it('stays with the variant it began with', async () => {
    const small = '#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=640x360\nsmall.m3u8\n'
    const big = '#EXT-X-STREAM-INF:BANDWIDTH=2,RESOLUTION=1280x720\nbig.m3u8\n'
    const web = scriptedWeb(() => vod(['a.ts']))
    const before = { url: 'https://cdn.example/show/small.m3u8?t=old', live: false }
    const stream = await planStream(textAt(`#EXTM3U\n${small}${big}`), request(), web, NEVER, { before })
    expect(stream.head.url).toBe('https://cdn.example/show/small.m3u8')
  })
})

describe('an address that expired', () => {
  const list = (token: number) =>
    vod(
      ['a.ts', 'b.ts', 'c.ts']
        .map((name) => `${KEY.replace('k1', `k1?t=${token}`)} EXT-X-MAP:URI="i.mp4?t=${token}" ${name}?t=${token}`)
        .map((row) => row.replace('"k1', '"https://cdn.example/k1').replace('AES-128', `AES-128,IV=${IV}`)),
    )

  it('is looked up once for all who ask, with its key and init section, and serves what comes later', async () => {
    let token = 1
    const pace = new lab.JumpingPace()
    const web = scriptedWeb(() => list(++token))
    const stream = await planStream(textAt(list(1)), request(), web, NEVER, { pace })
    const wishes = stream.wishes(new Map(), signals())[Symbol.asyncIterator]()
    const [first, second] = [(await wishes.next()).value, (await wishes.next()).value] as [SegmentWish, SegmentWish]
    await pace.wait(2000, NEVER)
    const [a, b] = await Promise.all([stream.refresh(first, NEVER), stream.refresh(second, NEVER)])
    expect([a?.url, b?.url]).toEqual(['https://cdn.example/show/a.ts?t=2', 'https://cdn.example/show/b.ts?t=2'])
    expect(a).toMatchObject({
      position: 0,
      key: { url: 'https://cdn.example/k1?t=2' },
      init: { url: 'https://cdn.example/show/i.mp4?t=2', key: first.init?.key },
    })
    expect((await wishes.next()).value.url).toBe('https://cdn.example/show/c.ts?t=2')
    expect(web.asked).toEqual([HERE])
  })

  it('is null when the playlist does not list the segment any more', async () => {
    const pace = new lab.JumpingPace()
    const stream = await planStream(
      textAt(list(1)),
      request(),
      scriptedWeb(() => vod(['z.ts'])),
      NEVER,
      { pace },
    )
    const [first] = await all(stream.wishes(new Map(), signals()))
    await pace.wait(2000, NEVER)
    expect(await stream.refresh(first as SegmentWish, NEVER)).toBeNull()
  })
})
