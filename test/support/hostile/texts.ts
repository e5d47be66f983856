import { COMPLETE, type HostilePlaylist, media, UNREADABLE, withGoodSegments } from './hostile-playlist.ts'

/** Bytes that are no playlist: what a download of them is called depends on what they look like. */
const NO_PLAYLIST = ['playlist-unreadable', 'page-refused', 'tool-missing', 'not-media', 'remote-broken'] as const

const no = (name: string, text: string): HostilePlaylist => ({
  name,
  text: () => text,
  parsed: 'not-a-playlist',
  downloaded: NO_PLAYLIST,
})
const odd = (name: string, text: string, downloaded: readonly string[] = COMPLETE): HostilePlaylist => ({
  name,
  text: () => text,
  parsed: 'playlist',
  downloaded,
})

const GOOD = withGoodSegments()

/** What is no playlist, and texts that try the reader of lines and attributes. */
export const HOSTILE_TEXTS: readonly HostilePlaylist[] = [
  no('nothing', ''),
  no('blank lines only', '\r\n \t\n\r\n'.repeat(1000)),
  no('NULs only', '\0'.repeat(100_000)),
  no('a page', `<!DOCTYPE html><html><body>${GOOD}</body></html>`),
  no('a DASH manifest', '<?xml version="1.0"?><MPD><BaseURL>file:///etc/passwd</BaseURL></MPD>'),
  no('JSON', '{"error":"#EXTM3U"}'),
  no('bytes of a PNG', '\u0089PNG\r\n\u001a\n\0\0\0\rIHDR#EXTM3U'),
  no('UTF-16', `\ufffd\ufffd${Array.from(GOOD, (char) => `${char}\0`).join('')}`),
  no('a header and nothing', '#EXTM3U\n#EXT-X-VERSION:3\n'),
  no('a header in small letters', GOOD.replace('#EXTM3U', '#extm3u')),
  no('a longer first word', GOOD.replace('#EXTM3U', '#EXTM3U8')),
  no('something before the header', `x\n${GOOD}`),
  no('addresses alone', '#EXTM3U\nhttp://169.254.169.254/\nfile:///etc/passwd\n'),
  no('a concat script of ffmpeg', "ffconcat version 1.0\nfile '/etc/passwd'\n"),

  odd('a byte order mark, CR LF and lone CR in turns', `\ufeff${GOOD.replaceAll(/\n(?=.*\n.*\n)/g, '\r\n')}`),
  odd('NULs in lines', GOOD.replace('#EXT-X-ENDLIST', '#EXT-X-\0NUL:a\0b\n#EXT-X-ENDLIST')),
  odd('line separators that are none', GOOD.replace('1.0,', '1.0,a\u2028#EXT-X-ENDLIST\u2029b\u0085c')),
  odd(
    'marks that turn the text around',
    withGoodSegments('#EXT-X-SESSION\u202e:gnihton', '#EXT\u200b-X-KEY:METHOD=NONE'),
  ),
  odd('quotes that never end', withGoodSegments('#EXT-X-DATERANGE:ID="a,START-DATE=', '#EXT-X-START:"="="=""')),
  odd('tags without values', withGoodSegments('#EXT-X-MAP', '#EXT-X-MAP:', '#EXT-X-DATERANGE:', '#EXT-X-START')),
  odd('ENDLIST first and two headers', `#EXTM3U\n#EXT-X-ENDLIST\n${GOOD}`),
  odd('tags of both kinds', withGoodSegments('#EXT-X-STREAM-INF:BANDWIDTH=1', '#EXT-X-MEDIA:TYPE=AUDIO,URI="x"')),
  odd(
    'attributes that name what all objects have',
    withGoodSegments('#EXT-X-DEFINE:NAME="__proto__",VALUE="x"', '#EXT-X-START:constructor=1,__proto__="y",toString=2'),
  ),

  {
    name: 'an undefined variable',
    text: () => media('#EXTINF:1,', '{$nowhere}.ts'),
    parsed: 'unknown-variable',
    downloaded: UNREADABLE,
  },
  {
    name: 'a variable imported from nowhere',
    text: () => media('#EXT-X-DEFINE:IMPORT="token"', '#EXTINF:1,', '{$token}.ts'),
    parsed: 'unknown-variable',
    downloaded: UNREADABLE,
  },
  {
    name: 'a variable of a query that is not there',
    text: () => media('#EXT-X-DEFINE:QUERYPARAM="token"', '#EXTINF:1,', '{$token}.ts'),
    parsed: 'unknown-variable',
    downloaded: UNREADABLE,
  },
]
