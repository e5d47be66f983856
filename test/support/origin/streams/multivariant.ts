import { playlist } from '../answer.ts'
import type { MediaName } from '../recorded-media.ts'
import type { Origin } from '../start-origin.ts'
import type { RenditionTruth, StreamTruth } from '../truth.ts'
import { playlistText, writeStream } from '../write-stream.ts'
import { TruthKeeper } from '../truth.ts'
import { piecesOf } from './simple.ts'

const SUBTITLES = [
  { name: 'English', language: 'en', text: 'Hello' },
  { name: 'Deutsch', language: 'de', text: 'Guten Tag' },
]

/** Two variants of video, two languages of sound, two of WebVTT subtitles, each with playlists of their own. */
export async function multivariant(origin: Origin, folder = '/multivariant/'): Promise<StreamTruth> {
  const put = async (name: MediaName) => {
    const own = `${folder}${name}/`
    const { text, truth } = writeStream(origin, await piecesOf(name), { folder: own, extension: '.m4s' })
    origin.put(`${own}index.m3u8`, playlist(text))
    return truth
  }
  await put('fmp4-video')
  const main = await put('fmp4-video-large')
  const a0 = await put('fmp4-sound-en')
  const a1 = await put('fmp4-sound-de')
  const [s0, s1] = SUBTITLES.map((one) => subtitles(origin, one, `${folder}subtitles-${one.language}/`))
  const sound = (name: string, language: string, isDefault: string, path: string) =>
    `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="${name}",LANGUAGE="${language}",DEFAULT=${isDefault},AUTOSELECT=YES,CHANNELS="2",URI="${path}/index.m3u8"`
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:6',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    sound('English', 'en', 'YES', 'fmp4-sound-en'),
    sound('Deutsch', 'de', 'NO', 'fmp4-sound-de'),
    ...SUBTITLES.map(
      ({ name, language }) =>
        `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="${name}",LANGUAGE="${language}",DEFAULT=NO,AUTOSELECT=YES,URI="subtitles-${language}/index.m3u8"`,
    ),
    '#EXT-X-STREAM-INF:BANDWIDTH=600000,CODECS="avc1.42c00d,mp4a.40.2",RESOLUTION=320x180,AUDIO="aac",SUBTITLES="subs"',
    'fmp4-video/index.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=2000000,CODECS="avc1.42c01e,mp4a.40.2",RESOLUTION=640x360,AUDIO="aac",SUBTITLES="subs"',
    'fmp4-video-large/index.m3u8',
    '',
  ]
  const renditions = { main, a0, a1, ...(s0 && { s0 }), ...(s1 && { s1 }) }
  return { url: origin.put(`${folder}index.m3u8`, playlist(lines.join('\n'))), renditions }
}

/** Four pieces of two seconds; the cue that lies across a border stands in both. */
function subtitles(origin: Origin, { text }: (typeof SUBTITLES)[number], folder: string): RenditionTruth {
  const keeper = new TruthKeeper()
  const lines: string[][] = []
  const across = '00:00:01.500 --> 00:00:02.500\nacross the border\n\n'
  for (let index = 0; index < 4; index++) {
    const [from, to] = [index * 2, index * 2 + 1].map((sec) => `00:00:0${sec}.200`)
    const own = `${from} --> ${to}\n${text} ${index}\n\n`
    const cues = index < 2 ? (index === 0 ? own + across : across + own) : own
    const bytes = Buffer.from(`WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n${cues}`)
    origin.put(`${folder}piece-${index}.vtt`, { ...playlist(bytes.toString()), contentType: 'text/vtt' })
    lines.push(['#EXTINF:2.000000,', `piece-${index}.vtt`])
    keeper.add(bytes, 2)
  }
  origin.put(`${folder}index.m3u8`, playlist(playlistText(lines, 2)))
  return keeper.truth
}

/** Variables of all three kinds: NAME in a URI line and in attributes, IMPORT from the multivariant playlist, QUERYPARAM of the final address. */
export async function variables(origin: Origin, folder = '/variables/'): Promise<StreamTruth> {
  const key = { name: 'key.bin', bytes: Buffer.from('fedcba9876543210'), iv: Buffer.alloc(16, 7) }
  const pieces = (await piecesOf('ts')).map((piece) => ({ ...piece, key }))
  const { text, truth } = writeStream(origin, pieces, {
    folder: `${folder}deep/files/`,
    head: [
      '#EXT-X-DEFINE:IMPORT="where"',
      '#EXT-X-DEFINE:QUERYPARAM="token"',
      '#EXT-X-DEFINE:NAME="kind",VALUE="files"',
    ],
    uri: (name) => `/{$where}/deep/{$kind}/${name}?t={$token}`,
    keyUri: (name) => `{$kind}/${name}?t={$token}`,
  })
  const media = `${folder}deep/index.m3u8`
  origin.put(media, playlist(text))
  const where = folder.slice(1, -1)
  const list = [
    '#EXTM3U',
    '#EXT-X-VERSION:11',
    `#EXT-X-DEFINE:NAME="where",VALUE="${where}"`,
    '#EXT-X-DEFINE:NAME="secret",VALUE="s3cret"',
    '#EXT-X-STREAM-INF:BANDWIDTH=600000,CODECS="avc1.42c00d,mp4a.40.2",RESOLUTION=320x180',
    `/{$where}/deep/index.m3u8?token={$secret}`,
    '',
  ]
  return { url: origin.put(`${folder}index.m3u8`, playlist(list.join('\n'))), renditions: { main: truth } }
}
