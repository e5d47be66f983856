import { COMPLETE, type HostilePlaylist, media, withGoodSegments } from './hostile-playlist.ts'

const odd = (name: string, text: string, downloaded: readonly string[] = COMPLETE): HostilePlaylist => ({
  name,
  text: () => text,
  parsed: 'playlist',
  downloaded,
})

/** A range that cannot be: refused while reading, by the server, or because the bytes are not there. */
const BAD_RANGE = ['playlist-unreadable', 'remote-refused', 'remote-broken', 'segment-missing', 'complete'] as const
const HUGE = `1${'0'.repeat(20)}`

const segment = (...tags: readonly string[]) => media(...tags, 'good.ts')

/** Numbers that are too great, below zero, or none. */
export const HOSTILE_NUMBERS: readonly HostilePlaylist[] = [
  odd('a byte range of 10^20', segment('#EXTINF:1,', `#EXT-X-BYTERANGE:${HUGE}@0`), BAD_RANGE),
  odd('a byte range that begins at 10^20', segment('#EXTINF:1,', `#EXT-X-BYTERANGE:10@${HUGE}`), BAD_RANGE),
  odd('a byte range below zero', segment('#EXTINF:1,', '#EXT-X-BYTERANGE:-10@-5'), BAD_RANGE),
  odd('a byte range of nothing', segment('#EXTINF:1,', '#EXT-X-BYTERANGE:0@0'), [...BAD_RANGE]),
  odd(
    'ranges that add up beyond 2^53',
    segment(
      ...['#EXTINF:1,', '#EXT-X-BYTERANGE:9007199254740990@0', 'good.ts', '#EXTINF:1,'],
      '#EXT-X-BYTERANGE:9007199254740990',
    ),
    BAD_RANGE,
  ),
  odd('a sequence below zero', withGoodSegments('#EXT-X-MEDIA-SEQUENCE:-5')),
  odd('a sequence of 10^20', withGoodSegments(`#EXT-X-MEDIA-SEQUENCE:${HUGE}`)),
  odd('a sequence of a thousand digits', withGoodSegments(`#EXT-X-MEDIA-SEQUENCE:${'9'.repeat(1000)}`)),
  odd('a discontinuity sequence of 10^20', withGoodSegments(`#EXT-X-DISCONTINUITY-SEQUENCE:${HUGE}`)),
  odd('10^20 segments skipped', withGoodSegments(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${HUGE}`), [
    ...COMPLETE,
    'playlist-unreadable',
    'segment-missing',
  ]),
  odd('a segment of 10^300 seconds', segment(`#EXTINF:${'9'.repeat(300)}.5,`)),
  odd(
    'segments of NaN, Infinity and below zero',
    media('#EXTINF:NaN,', 'good.ts', '#EXTINF:Infinity,', 'good.ts', '#EXTINF:-1e9,', 'good-2.ts'),
  ),
  odd('a target duration of 10^20', withGoodSegments().replace('DURATION:1', `DURATION:${HUGE}`)),
  odd('a target duration below zero', withGoodSegments().replace('DURATION:1', 'DURATION:-1')),
  odd('a version of 10^20', withGoodSegments(`#EXT-X-VERSION:${HUGE}`)),
  odd(
    'dates beyond time',
    withGoodSegments(
      '#EXT-X-PROGRAM-DATE-TIME:999999-99-99T99:99:99Z',
      '#EXT-X-PROGRAM-DATE-TIME:+275760-09-13T00:00:00.001Z',
    ),
  ),
  odd(
    'an IV of a million digits',
    withGoodSegments(`#EXT-X-KEY:METHOD=AES-128,URI="key.bin",IV=0x${'f'.repeat(1_000_000)}`),
    ['playlist-unreadable', 'protected-media', 'remote-refused', 'segment-missing', 'remote-broken'],
  ),
  odd(
    'dates that run beyond time',
    media(
      ...['#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z', '#EXTINF:9999999999999999,', 'good.ts'],
      '#EXTINF:1,',
      'good-2.ts',
    ),
  ),
  odd('a bit rate of 10^20', withGoodSegments(`#EXT-X-BITRATE:${HUGE}`)),
]
