import { COMPLETE, type HostilePlaylist, media, withGoodSegments } from './hostile-playlist.ts'

const MIB = 1024 * 1024

const tooLarge = (name: string, text: () => string): HostilePlaylist => ({
  name,
  text,
  parsed: 'too-large',
  downloaded: ['playlist-unreadable', 'answer-too-large'],
})
const large = (name: string, text: () => string, downloaded: readonly string[] = COMPLETE): HostilePlaylist => ({
  name,
  text,
  parsed: 'playlist',
  downloaded,
})

const list = (...lines: readonly string[]) => ['#EXTM3U', ...lines, ''].join('\n')
const numbered = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index))

/** Each variable holds the one before it twice: 2^30 characters when they are expanded again and again. */
const doubling = () => {
  const defines = numbered(30, (index) => `#EXT-X-DEFINE:NAME="v${index + 1}",VALUE="{$v${index}}{$v${index}}"`)
  return media('#EXT-X-DEFINE:NAME="v0",VALUE="xxxxxxxx"', ...defines, '#EXTINF:1,', 'good.ts?{$v30}')
}

/** A short text that says long values often. */
const manyUses = () => {
  const define = `#EXT-X-DEFINE:NAME="v",VALUE="${'x'.repeat(MIB)}"`
  return media(define, '#EXTINF:1,', `good.ts?${'{$v}'.repeat(100_000)}`)
}

/** Too much of everything; beyond the limits, and just within them. */
export const HOSTILE_SIZES: readonly HostilePlaylist[] = [
  tooLarge('more than 8 MiB', () => withGoodSegments(`#${'x'.repeat(8 * MIB)}`)),
  tooLarge('100,001 segments', () => media('#EXTINF:1,\ngood.ts\n'.repeat(100_001))),
  tooLarge('65 variants', () =>
    list(...numbered(65, (index) => `#EXT-X-STREAM-INF:BANDWIDTH=${index}\nv${index}.m3u8`)),
  ),
  tooLarge('65 lists of I-frames', () =>
    list(...numbered(65, (index) => `#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="${index}"`)),
  ),
  tooLarge('1,001 renditions', () =>
    list(...numbered(1001, (index) => `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="g",NAME="${index}"`)),
  ),
  tooLarge('1,001 session keys', () =>
    list(...numbered(1001, (index) => `#EXT-X-SESSION-KEY:METHOD=AES-128,URI="${index}"`)),
  ),
  tooLarge('a long variable that is used often', manyUses),
  large('variables that double thirty times', doubling, ['playlist-unreadable', 'complete']),
  large('a line of nearly 8 MiB', () => withGoodSegments(`#EXT-X-DATERANGE:ID="${'a'.repeat(8 * MIB - 1000)}"`)),
  large('a million commas', () => withGoodSegments(`#EXT-X-START:${','.repeat(MIB)}`)),
  large('a million quotes', () => withGoodSegments(`#EXT-X-START:A=${'"'.repeat(MIB)}`)),
  large('a hundred thousand attributes', () =>
    withGoodSegments(`#EXT-X-START:${numbered(100_000, (index) => `A${index}=1`).join(',')}`),
  ),
  large(
    'a hundred thousand keys for one segment',
    () =>
      withGoodSegments(...numbered(100_000, (index) => `#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k",KEYFORMAT="f${index}"`)),
    ['protected-media'],
  ),
  large('a hundred thousand tags nobody knows', () =>
    withGoodSegments(...numbered(100_000, (index) => `#EXT-X-NOBODY-${index}:${index}`)),
  ),
  large('a hundred thousand date ranges', () =>
    withGoodSegments(...numbered(100_000, (index) => `#EXT-X-DATERANGE:ID="a",CLASS="${index}",END-ON-NEXT=YES`)),
  ),
  large('a million discontinuities', () => withGoodSegments('#EXT-X-DISCONTINUITY\n'.repeat(300_000))),
  large('a hundred thousand stray addresses', () =>
    withGoodSegments(...numbered(100_000, (index) => `stray-${index}.ts`)),
  ),
  large('eight MiB of blank lines', () => withGoodSegments('\n'.repeat(8 * MIB - 1000))),
  large('eight MiB of spaces', () => withGoodSegments(`${' '.repeat(8 * MIB - 1000)}#x`)),
]
