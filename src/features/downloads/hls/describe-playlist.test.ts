import { describe, expect, it } from 'vitest'
import { RemoteRefusedError } from '#domain/errors.ts'
import { describePlaylist } from './describe-playlist.ts'
import { live, NEVER, type ScriptedWeb, scriptedWeb, textAt, vod } from './scripted-web.test-support.ts'

const ABOUT = { title: 'show', identity: { headers: {}, hosts: [] } }
const info = (text: string, web: ScriptedWeb = scriptedWeb({})) => describePlaylist(textAt(text), ABOUT, web, NEVER)

const MULTIVARIANT = [
  '#EXTM3U',
  '#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.title",VALUE="The Show"',
  '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="E",LANGUAGE="en",URI="en.m3u8"',
  '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="D",LANGUAGE="ger",URI="de.m3u8"',
  '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="F",LANGUAGE="fr",URI="fr.m3u8"',
  '#EXT-X-STREAM-INF:BANDWIDTH=800000,CODECS="avc1.4d401e,mp4a.40.2",RESOLUTION=640x360,AUDIO="a",SUBTITLES="s"\nlow.m3u8',
  '#EXT-X-STREAM-INF:BANDWIDTH=4200000,AVERAGE-BANDWIDTH=4000000,CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1920x1080,AUDIO="a"\nhigh.m3u8',
  '#EXT-X-STREAM-INF:BANDWIDTH=128000,CODECS="mp4a.40.2"\nsound.m3u8',
  '',
].join('\n')

describe('describePlaylist', () => {
  it('tells formats, the best first, languages, and the length after one look at a media playlist', async () => {
    const web = scriptedWeb(() => vod(['a.ts', 'EXT-X-DISCONTINUITY b.ts']))
    expect(await info(MULTIVARIANT, web)).toMatchObject({
      kind: 'hls',
      title: 'The Show',
      durationSec: 12,
      isLive: false,
      byteLength: 6_000_000,
      formats: [
        {
          id: '1080p-4200k',
          label: '1080p · H.264 + AAC · 4.2 Mbit/s',
          height: 1080,
          width: 1920,
          byteLength: 6_000_000,
          hasVideo: true,
          hasAudio: true,
        },
        { id: '360p-800k', bitsPerSec: 800_000 },
        { id: 'sound-128k', hasVideo: false, height: null },
      ],
      audioLanguages: ['en', 'de'],
      subtitleLanguages: ['fr'],
      notes: ['Made of 2 pieces with timelines of their own.'],
    })
    expect(web.asked).toEqual(['https://cdn.example/show/high.m3u8'])
  })

  it('says that a stream is live, and promises no length', async () => {
    const about = await info(live(3, 7))
    expect(about).toMatchObject({ title: 'show', isLive: true, durationSec: null, byteLength: null, formats: [] })
    expect(about.notes.join()).toContain('Live')
  })

  it.each([
    ['open encryption', () => vod(['EXT-X-KEY:METHOD=AES-128,URI="k" a.ts']), /AES-128/],
    [
      'protection',
      () => vod(['EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://k",KEYFORMAT="com.apple.streamingkeydelivery" a.ts']),
      /FairPlay/,
    ],
    ['absent segments', () => vod(['a.ts', 'EXT-X-GAP b.ts']), /1 segments \(6 s\) as absent/],
    ['a server that refuses', () => new RemoteRefusedError('The server answered with status 403.', 403), /403/],
  ])('tells of %s in the notes', async (_name, reply, words) => {
    expect((await info(MULTIVARIANT, scriptedWeb(reply))).notes.join(' ')).toMatch(words)
  })

  it('refuses what is no playlist', async () => {
    await expect(info('<html></html>')).rejects.toMatchObject({ code: 'playlist-unreadable' })
  })
})
