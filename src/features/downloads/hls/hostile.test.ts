import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProductError } from '#domain/errors.ts'
import { planStream } from './plan-stream.ts'
import type { SegmentWish } from './segment-wish.ts'
import { HERE, JumpingPace, NEVER, request, scriptedWeb, signals, textAt } from './scripted-web.test-support.ts'

const LINES = [
  '#EXTM3U',
  '#EXT-X-TARGETDURATION:6',
  '#EXT-X-TARGETDURATION:99999999999',
  '#EXT-X-MEDIA-SEQUENCE:18446744073709551615',
  '#EXT-X-MEDIA-SEQUENCE:-3',
  '#EXT-X-DISCONTINUITY-SEQUENCE:99999999999999999999',
  '#EXT-X-DISCONTINUITY',
  '#EXT-X-ENDLIST',
  '#EXT-X-PLAYLIST-TYPE:EVENT',
  '#EXT-X-GAP',
  '#EXT-X-SKIP:SKIPPED-SEGMENTS=9007199254740991',
  '#EXT-X-DEFINE:NAME="a",VALUE="{$a}{$a}"',
  '#EXT-X-KEY:METHOD=AES-128,URI="file:///etc/shadow"',
  '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x1',
  '#EXT-X-KEY:METHOD=NONE',
  '#EXT-X-MAP:URI="gopher://x"',
  '#EXT-X-MAP:URI="i.mp4",BYTERANGE="99999999999999999999@1"',
  '#EXT-X-BYTERANGE:100000000000000000000@0',
  '#EXT-X-BYTERANGE:5',
  '#EXTINF:1e300,',
  '#EXTINF:-1,x',
  '#EXTINF:6,',
  'a.ts',
  'http://[::1',
  'javascript:alert(1)',
  '\\\\host\\share',
  '{$a}.ts',
  '#EXT-X-STREAM-INF:BANDWIDTH=-1,RESOLUTION=0x0,AUDIO="g",SCORE=1e99',
  'index.m3u8',
  '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="g",NAME="n",URI="index.m3u8"',
  '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="g",NAME="n",URI="index.m3u8"',
]
const SOUND = ['#EXTINF:6,\na.ts', '#EXTINF:4,\nb.ts', '#EXT-X-STREAM-INF:BANDWIDTH=5\nv.m3u8', '#EXT-X-DISCONTINUITY']
const anyLine = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...SOUND) },
  { weight: 1, arbitrary: fc.constantFrom(...LINES) },
)
const anyText = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(anyLine, { maxLength: 30 }).map((lines) => `#EXTM3U\n${lines.join('\n')}`),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
)

function expectSound({ url, durationSec, startSec, msn, key, init, gap }: SegmentWish): void {
  expect(url).toMatch(/^https?:/)
  expect([durationSec, startSec, msn].every((number) => Number.isFinite(number) && number >= 0)).toBe(true)
  expect(Number.isSafeInteger(msn)).toBe(true)
  for (const wish of [gap === null ? key : null, init?.decryption]) {
    if (wish) expect(`${wish.url} ${wish.ivHex}`).toMatch(/^(?:https?|data):\S* [0-9a-f]{32}$/)
  }
  if (init) expect(init.url).toMatch(/^https?:/)
}

describe('hostile playlists', () => {
  it('end in a plan with addresses on the web, or in an error that people can read', async () => {
    let planned = 0
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (text, inner) => {
        const web = scriptedWeb(() => inner)
        const finishing = AbortSignal.abort()
        try {
          const plan = await planStream(textAt(text), request(), web, NEVER, { pace: new JumpingPace() })
          for await (const wish of plan.wishes(new Map(), signals(NEVER, finishing))) {
            expectSound(wish)
            planned++
          }
        } catch (error) {
          if (!(error instanceof ProductError)) throw error
          expect(error.why ?? error.message).toBeTruthy()
        }
        expect(web.asked.length).toBeLessThan(100)
        expect(web.asked.every((url) => url !== 'file:///etc/shadow')).toBe(true)
      }),
      { numRuns: 2000 },
    )
    expect(planned).toBeGreaterThan(100)
  })

  it('are not followed into themselves', async () => {
    const nested = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex.m3u8\n'
    const web = scriptedWeb(() => nested)
    await expect(planStream(textAt(nested), request(), web, NEVER)).rejects.toBeInstanceOf(ProductError)
    expect(web.asked).toEqual([HERE])
  })

  it('cannot make a thousand renditions cost a thousand loads', async () => {
    const many = Array.from(
      { length: 990 },
      (_, index) => `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="g",NAME="n${index}",LANGUAGE="en",URI="a${index}.m3u8"`,
    )
    const text = ['#EXTM3U', ...many, '#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="g"', 'v.m3u8', ''].join('\n')
    const web = scriptedWeb(() => '#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\na.ts\n#EXT-X-ENDLIST\n')
    const plan = await planStream(textAt(text), request(), web, NEVER)
    expect(web.asked.length).toBeLessThanOrEqual(17)
    expect(plan.notes.join()).toContain('only the first 16')
  })
})
