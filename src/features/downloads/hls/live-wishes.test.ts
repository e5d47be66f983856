import { describe, expect, it } from 'vitest'
import { RemoteBrokenError, RemoteRefusedError, RemoteUnreachableError } from '#domain/errors.ts'
import { planStream } from './plan-stream.ts'
import * as lab from './scripted-web.test-support.ts'
import type { SegmentWish } from './segment-wish.ts'

const { all, HERE, JumpingPace, live, NEVER, recordings, request, scriptedWeb, signals, textAt } = lab

/** A stream of 6-second segments: after `t` seconds the newest is the `t / 6`th; the window holds five. */
function growing(pace: lab.JumpingPace, { from = 10, lastMsn = 20, nameOf = (msn: number) => `s${msn}.ts` } = {}) {
  const startMs = pace.now()
  return () => {
    const newest = Math.min(lastMsn, from + 4 + Math.floor((pace.now() - startMs) / 6000))
    return live(newest - 4, newest, { nameOf, end: newest === lastMsn })
  }
}

async function record(script: () => lab.Reply, pace: lab.JumpingPace, wishes = {}, recorded = new Map()) {
  const before = recorded.size > 0 ? { url: HERE, live: true } : null
  const web = scriptedWeb(() => script())
  const first = script()
  const text = typeof first === 'string' ? first : live(10, 14)
  const plan = await planStream(textAt(text), request(wishes), web, NEVER, { pace, before })
  return { plan, web, list: await all(plan.wishes(recorded, signals())) }
}

const msnsOf = (list: readonly SegmentWish[]) => list.map(({ msn }) => msn)
const numbers = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index)

describe('a live stream', () => {
  it('is recorded from the oldest segment to its end, each once and at its place', async () => {
    const pace = new JumpingPace()
    const { plan, list, web } = await record(growing(pace), pace)
    expect(plan.head).toMatchObject({ live: true, durationSec: null })
    expect(msnsOf(list)).toEqual(numbers(10, 20))
    expect(list.map(({ position }) => position)).toEqual(numbers(0, 10))
    expect(list.every(({ gap, period }) => gap === null && period === 0)).toBe(true)
    expect(web.requests.every(({ fresh }) => fresh === true)).toBe(true)
  })

  it('is asked again after a target duration, and after half of one when nothing was new', async () => {
    const pace = new JumpingPace()
    const times: number[] = []
    const texts = [live(10, 14), live(10, 14), live(10, 15), live(11, 16, { end: true })]
    await record(() => {
      times.push(pace.now())
      return texts[Math.min(times.length - 1, texts.length - 1)] as string
    }, pace)
    expect(times.slice(1).map((time, index) => time - (times[index] as number))).toEqual([6000, 3000, 6000])
  })

  it('begins about three target durations before the end when the edge is wished', async () => {
    const pace = new JumpingPace()
    const { list } = await record(growing(pace), pace, { live: { from: 'edge', maxDurationSec: null } })
    expect([list[0]?.msn, list[0]?.position, list.at(-1)?.msn]).toEqual([12, 0, 20])
  })

  it('ends after the longest duration', async () => {
    const pace = new JumpingPace()
    const { list } = await record(growing(pace), pace, { live: { from: 'start', maxDurationSec: 40 } })
    expect(msnsOf(list)).toEqual(numbers(10, 16))
  })

  it('ends after what is listed when somebody finishes it', async () => {
    const pace = new JumpingPace()
    const finishing = new AbortController()
    const plan = await planStream(textAt(live(10, 14)), request(), scriptedWeb(growing(pace)), NEVER, { pace })
    pace.at(pace.now() + 13_000, () => finishing.abort())
    expect(msnsOf(await all(plan.wishes(new Map(), signals(NEVER, finishing.signal))))).toEqual(numbers(10, 16))
  })

  it('stops with the reason it was cancelled for', async () => {
    const pace = new JumpingPace()
    const cancel = new AbortController()
    const reason = new Error('enough')
    const plan = await planStream(textAt(live(10, 14)), request(), scriptedWeb(growing(pace)), NEVER, { pace })
    pace.at(pace.now() + 13_000, () => cancel.abort(reason))
    await expect(all(plan.wishes(new Map(), signals(cancel.signal)))).rejects.toBe(reason)
  })

  it('lets go of its loads when nobody listens any more', async () => {
    const pace = new JumpingPace()
    const web = scriptedWeb(growing(pace, { lastMsn: 1000 }))
    const plan = await planStream(textAt(live(10, 14)), request(), web, NEVER, { pace })
    for await (const wish of plan.wishes(new Map(), signals())) if (wish.msn === 16) break
    const asked = web.asked.length
    await pace.wait(60_000, NEVER)
    expect(web.asked).toHaveLength(asked)
  })

  const faults = {
    'status 503': new RemoteRefusedError('503', 503),
    'status 429 that asks for 2 s': new RemoteRefusedError('429', 429, { retryAfterMs: 2000 }),
    'a reset': new RemoteUnreachableError('reset'),
    'a body cut short': new RemoteBrokenError('cut'),
    'a page instead': '<!doctype html><title>Busy</title>',
    'an empty text': '',
    'a list cut at a line': (text: string) => text.split('\n').slice(0, 5).join('\n'),
    'a list cut within a line': (text: string) => text.slice(0, text.lastIndexOf('.ts') - 1),
    'a list cut in its head': '#EXTM3U\n#EXT-X-TARGETDURATION:6\n',
    'status 404': new RemoteRefusedError('404', 404),
  }
  it.each(Object.entries(faults))('loses nothing over %s for a while', async (_name, fault) => {
    const pace = new JumpingPace()
    const stream = growing(pace, { lastMsn: 25 })
    let loads = 0
    const { list } = await record(() => {
      loads++
      if (loads % 3 !== 2) return stream()
      return typeof fault === 'function' ? fault(stream()) : fault
    }, pace)
    expect(msnsOf(list)).toEqual(numbers(10, 25))
    expect(list.every(({ gap, period }) => gap === null && period === 0)).toBe(true)
  })

  it('is given up, to be resumed, when no playlist comes for two minutes', async () => {
    const pace = new JumpingPace()
    const startMs = pace.now()
    const script = () => (pace.now() - startMs > 10_000 ? new RemoteUnreachableError('gone') : live(10, 14))
    const failure = await record(script, pace).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(RemoteUnreachableError)
    expect(failure).toMatchObject({ retry: 'sometimes', why: expect.stringContaining('gone') })
    expect(pace.now() - startMs).toBeGreaterThan(120_000)
    expect(pace.now() - startMs).toBeLessThan(180_000)
  })

  it('is given up when it says nothing new for half an hour', async () => {
    const pace = new JumpingPace()
    await expect(record(() => live(10, 14), pace)).rejects.toMatchObject({ code: 'remote-unreachable' })
  })

  it('tells by name what passed while no playlist came', async () => {
    const pace = new JumpingPace()
    const startMs = pace.now()
    const stream = growing(pace, { lastMsn: 40 })
    const script = () => {
      const sec = (pace.now() - startMs) / 1000
      return sec > 20 && sec < 95 ? new RemoteRefusedError('503', 503) : stream()
    }
    const { list, plan } = await record(script, pace)
    expect(msnsOf(list)).toEqual(numbers(10, 40))
    const gaps = list.filter(({ gap }) => gap !== null)
    expect(gaps.length).toBeGreaterThan(3)
    expect(gaps[0]?.gap).toContain(`segments ${gaps[0]?.msn} to ${gaps.at(-1)?.msn}`)
    expect(plan.notes.join()).toContain('moved on')
  })

  it('gives a new beginning a period of its own, after everything before', async () => {
    const pace = new JumpingPace()
    const texts = [live(50, 54), live(51, 55), live(0, 1), live(0, 2, { end: true })]
    let at = 0
    const { list, plan } = await record(() => texts[Math.min(at++, 3)] as string, pace)
    expect(list.map(({ msn, period, position }) => [msn, period, position])).toEqual([
      ...numbers(50, 55).map((msn, index) => [msn, 0, index]),
      ...numbers(0, 2).map((msn, index) => [msn, 1, 6 + index]),
    ])
    expect(plan.notes.join()).toContain('began anew')
  })

  it('waits for a stream that has not begun', async () => {
    const pace = new JumpingPace()
    const texts = ['#EXTM3U\n#EXT-X-TARGETDURATION:6\n', live(0, -1), live(0, 1), live(0, 2, { end: true })]
    let at = 0
    const { list } = await record(() => texts[Math.min(at++, 3)] as string, pace)
    expect(msnsOf(list)).toEqual([0, 1, 2])
  })

  it('reads delta updates that nobody asked for, and takes whole segments, not parts', async () => {
    const pace = new JumpingPace()
    const delta = live(10, 17, { end: true })
      .replace(/(#EXTINF:6,\ns1[0-4]\.ts\n){5}/, '#EXT-X-SKIP:SKIPPED-SEGMENTS=5\n')
      .replace('#EXT-X-ENDLIST', '#EXT-X-PART:DURATION=1,URI="p.ts"\n#EXT-X-ENDLIST')
    const texts = [live(10, 14), delta]
    let at = 0
    const { list, web } = await record(() => texts[Math.min(at++, 1)] as string, pace)
    expect(msnsOf(list)).toEqual(numbers(10, 17))
    expect(web.asked.every((url) => url === HERE)).toBe(true)
  })
})

describe('a live recording that goes on', () => {
  it('continues after the last recorded number, over places that were left empty', async () => {
    const pace = new JumpingPace()
    const { list: before } = await record(growing(pace, { lastMsn: 16 }), pace)
    const kept = recordings(before.filter(({ msn }) => msn !== 15))
    const { list } = await record(growing(pace, { from: 14, lastMsn: 22 }), pace, {}, kept)
    expect(list.map(({ msn, position, gap }) => [msn, position, gap])).toEqual([
      [15, 5, null],
      ...numbers(17, 22).map((msn) => [msn, msn - 10, null]),
    ])
    expect(list.every(({ period }) => period === 0)).toBe(true)
  })

  it('tells what passed meanwhile', async () => {
    const pace = new JumpingPace()
    const { list: before } = await record(growing(pace, { lastMsn: 16 }), pace)
    const { list } = await record(growing(pace, { from: 30, lastMsn: 36 }), pace, {}, recordings(before))
    expect(msnsOf(list)).toEqual(numbers(17, 36))
    expect(list.filter(({ gap }) => gap !== null).map(({ msn }) => msn)).toEqual(numbers(17, 29))
    expect(list.at(-1)).toMatchObject({ position: 26, startSec: 26 * 6 })
  })

  it('takes what is listed now as a new beginning when the numbers went back', async () => {
    const pace = new JumpingPace()
    const { list: before } = await record(growing(pace, { lastMsn: 16 }), pace)
    const { list } = await record(growing(pace, { from: 0, lastMsn: 6 }), pace, {}, recordings(before))
    expect(list.map(({ msn, position, period }) => [msn, position, period])).toEqual(
      numbers(0, 6).map((msn) => [msn, 7 + msn, 1]),
    )
  })

  it('takes up the rest of a stream that has ended meanwhile', async () => {
    const pace = new JumpingPace()
    const { list: before } = await record(growing(pace, { from: 12, lastMsn: 18 }), pace)
    const ended = live(0, 25, { end: true })
    const { list } = await record(() => ended, pace, {}, recordings(before))
    expect(list.map(({ msn, position }) => [msn, position])).toEqual(numbers(19, 25).map((msn) => [msn, msn - 12]))
  })
})

describe('renditions of a live stream', () => {
  const multivariant = [
    '#EXTM3U',
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,URI="audio.m3u8"',
    '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="English",LANGUAGE="en",URI="subs.m3u8"',
    '#EXT-X-STREAM-INF:BANDWIDTH=1000000,CODECS="avc1.4d401f,mp4a.40.2",RESOLUTION=640x360,AUDIO="a",SUBTITLES="s"',
    'video.m3u8',
    '',
  ].join('\n')

  it('come in step, with the same periods, and end with the picture', async () => {
    const pace = new JumpingPace()
    const cut = (msn: number) => `${msn === 13 ? '#EXT-X-DISCONTINUITY\n#EXTINF:6,\n' : ''}s${msn}.ts`
    const clean = (text: string) => text.replaceAll('#EXTINF:6,\n#EXT-X-DISC', '#EXT-X-DISC')
    const video = growing(pace, { lastMsn: 18, nameOf: cut })
    const audio = growing(pace, { lastMsn: 1_000, nameOf: cut })
    const web = scriptedWeb((url) =>
      url.endsWith('video.m3u8')
        ? clean(video())
        : url.endsWith('audio.m3u8')
          ? clean(audio()).replace('#EXT-X-ENDLIST\n', '')
          : new RemoteRefusedError('404', 404),
    )
    const plan = await planStream(textAt(multivariant), request(), web, NEVER, { pace })
    const list = await all(plan.wishes(new Map(), signals()))
    const byRendition = Map.groupBy(list, ({ rendition }) => rendition)
    expect(msnsOf(byRendition.get('main') ?? [])).toEqual(numbers(10, 18))
    const sound = byRendition.get('a0') ?? []
    expect(msnsOf(sound).slice(0, 9)).toEqual(numbers(10, 18))
    for (const { msn, period } of list) expect([msn, period]).toEqual([msn, msn < 13 ? 0 : 1])
    expect(list.slice(0, 10).map(({ startSec }) => startSec)).toEqual([0, 0, 6, 6, 12, 12, 18, 18, 24, 24])
    expect(plan.notes.join()).toContain('Subtitles English were left out')
  })

  it('are looked for elsewhere when an address dies', async () => {
    const pace = new JumpingPace()
    const twin = multivariant.replace('video.m3u8', 'https://a.example/v.m3u8').replace(/#EXT-X-MEDIA.*\n/g, '')
    const info = twin.split('\n').find((line) => line.startsWith('#EXT-X-STREAM-INF'))
    const both = `${twin}${info}\nhttps://b.example/v.m3u8\n`
    const stream = growing(pace, { lastMsn: 25 })
    const startMs = pace.now()
    const web = scriptedWeb((url) => {
      if (url === HERE) return both
      const isDead = url.startsWith('https://a.') && pace.now() - startMs > 15_000
      return isDead ? new RemoteRefusedError('502', 502) : stream()
    })
    const plan = await planStream(textAt(both), request(), web, NEVER, { pace })
    expect(msnsOf(await all(plan.wishes(new Map(), signals())))).toEqual(numbers(10, 25))
    expect(web.asked.filter((url) => url.startsWith('https://b.')).length).toBeGreaterThan(3)
  })

  it('ask the multivariant playlist for new addresses when theirs have expired', async () => {
    const pace = new JumpingPace()
    const only = (token: string) =>
      multivariant.replace('video.m3u8', `video.m3u8?token=${token}`).replace(/#EXT-X-MEDIA.*\n/g, '')
    const stream = growing(pace, { lastMsn: 25 })
    const startMs = pace.now()
    const web = scriptedWeb((url) => {
      if (url === HERE) return only('new')
      return url.endsWith('=old') && pace.now() - startMs > 15_000 ? new RemoteRefusedError('403', 403) : stream()
    })
    const plan = await planStream(textAt(only('old')), request(), web, NEVER, { pace })
    expect(msnsOf(await all(plan.wishes(new Map(), signals())))).toEqual(numbers(10, 25))
    expect(web.asked.filter((url) => url === HERE)).toHaveLength(1)
  })

  it('end the recording when protection begins in the middle', async () => {
    const pace = new JumpingPace()
    const key = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"'
    const texts = [live(10, 14), live(11, 15, { head: [key] })]
    let at = 0
    await expect(record(() => texts[Math.min(at++, 1)] as string, pace)).rejects.toMatchObject({
      code: 'protected-media',
    })
  })
})
