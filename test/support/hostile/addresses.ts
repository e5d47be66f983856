import { COMPLETE, type HostilePlaylist, media, REFUSED_ADDRESS, withGoodSegments } from './hostile-playlist.ts'

const INSIDE = 'http://169.254.169.254/latest/meta-data'

const asked = (name: string, text: string, downloaded: readonly string[] = REFUSED_ADDRESS): HostilePlaylist => ({
  name,
  text: () => text,
  parsed: 'playlist',
  downloaded,
})
/** An address in a tag that a download has no need to fetch: it completes, and nobody asked there. */
const ignored = (name: string, text: string): HostilePlaylist => asked(name, text, COMPLETE)

const multivariant = (...lines: readonly string[]) =>
  ['#EXTM3U', ...lines, '#EXT-X-STREAM-INF:BANDWIDTH=1000', 'good.m3u8', ''].join('\n')

/** Refused as an address, or as a playlist whose addresses make no sense. */
const NO_ADDRESS = [
  'address-refused',
  'playlist-unreadable',
  'segment-missing',
  'remote-refused',
  'invalid-input',
] as const
const UNUSUAL_KEY = [...NO_ADDRESS, 'protected-media'] as const

/** Addresses that lead inside or out of the web, in each tag that carries one. */
export const HOSTILE_ADDRESSES: readonly HostilePlaylist[] = [
  asked('a segment inside', media('#EXTINF:1,', INSIDE)),
  asked('a segment that is a file', media('#EXTINF:1,', 'file:///etc/passwd'), NO_ADDRESS),
  asked('a segment of data', media('#EXTINF:1,', 'data:video/mp2t;base64,AAAA'), NO_ADDRESS),
  asked('a segment by another protocol', media('#EXTINF:1,', 'gopher://127.0.0.1:11211/_stats'), NO_ADDRESS),
  asked('a segment of ffmpeg', media('#EXTINF:1,', 'concat:/etc/passwd|/etc/hosts'), NO_ADDRESS),
  asked('a segment without scheme', media('#EXTINF:1,', '//169.254.169.254/x')),
  asked('a segment with backslashes', media('#EXTINF:1,', 'http:\\\\169.254.169.254\\x')),
  asked('a segment in round digits', media('#EXTINF:1,', 'http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/')),
  asked('a segment in octal', media('#EXTINF:1,', 'http://0251.0376.0251.0376/')),
  asked('a segment as one number', media('#EXTINF:1,', 'http://2852039166/')),
  asked('a segment in IPv6', media('#EXTINF:1,', 'http://[::ffff:169.254.169.254]/')),
  asked('a segment through NAT64', media('#EXTINF:1,', 'http://[64:ff9b::a9fe:a9fe]/')),
  asked(
    'a segment of a variable',
    media('#EXT-X-DEFINE:NAME="h",VALUE="169.254.169.254"', '#EXTINF:1,', 'http://{$h}/'),
  ),
  asked('an address that is none', media('#EXTINF:1,', 'http://['), NO_ADDRESS),
  asked('a key inside', withGoodSegments(`#EXT-X-KEY:METHOD=AES-128,URI="${INSIDE}"`)),
  asked(
    'a key that is a file',
    withGoodSegments('#EXT-X-KEY:METHOD=AES-128,URI="file:///etc/machine-id"'),
    UNUSUAL_KEY,
  ),
  asked('an init section inside', withGoodSegments(`#EXT-X-MAP:URI="${INSIDE}"`)),
  asked('a variant inside', ['#EXTM3U', '#EXT-X-STREAM-INF:BANDWIDTH=1', INSIDE, ''].join('\n')),
  ignored('a session key inside', multivariant(`#EXT-X-SESSION-KEY:METHOD=AES-128,URI="${INSIDE}"`)),
  ignored(
    'a rendition nobody uses inside',
    multivariant(`#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="g",NAME="n",URI="${INSIDE}"`),
  ),
  ignored('a list of I-frames inside', multivariant(`#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="${INSIDE}"`)),
  ignored('session data inside', multivariant(`#EXT-X-SESSION-DATA:DATA-ID="a",URI="${INSIDE}"`)),
  ignored('steering inside', multivariant(`#EXT-X-CONTENT-STEERING:SERVER-URI="${INSIDE}",PATHWAY-ID="."`)),
  ignored(
    'parts and hints inside',
    withGoodSegments(`#EXT-X-PART:DURATION=1,URI="${INSIDE}"`, `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${INSIDE}"`),
  ),
  ignored('a rendition report inside', withGoodSegments(`#EXT-X-RENDITION-REPORT:URI="${INSIDE}"`)),
  ignored(
    'an interstitial inside',
    withGoodSegments(
      `#EXT-X-DATERANGE:ID="i",CLASS="com.apple.hls.interstitial",START-DATE="2026-01-01T00:00:00Z",X-ASSET-URI="${INSIDE}"`,
    ),
  ),
]
