import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesOf, sha256, spansOf, testTool, written } from './cut.test-support.ts'
import { beepTimes, flashes, flashTimes, remuxed } from './flashes.test-support.ts'
import { ffmpeg, type TestFolder, testFolder } from './media.test-support.ts'
import { inARow, ScriptedRecording, segment, segmentsOf } from './recording.test-support.ts'
import { cutWhole } from './recording-cut.test-support.ts'

let folder: TestFolder
let tool: Awaited<ReturnType<typeof testTool>>
beforeAll(async () => {
  folder = await testFolder()
  tool = await testTool(folder)
})
afterAll(() => folder[Symbol.asyncDispose]())

const MAIN = [{ id: 'main' }]

describe('a recording in time', () => {
  it('keeps picture and sound together over discontinuities whose times begin anew', async () => {
    const parts = [
      await segmentsOf(folder, { options: flashes({ seconds: 6, startSec: 0 }), form: 'mpegts', period: 0 }),
      await segmentsOf(folder, { options: flashes({ seconds: 5, startSec: 300 }), form: 'mpegts', period: 1 }),
      await segmentsOf(folder, { options: flashes({ seconds: 6, startSec: 20 }), form: 'mpegts', period: 2 }),
    ]
    const { cut } = await cutWhole(tool, new ScriptedRecording(folder.path, inARow(...parts), MAIN))
    expect(cut.error).toBe(null)
    const path = await remuxed(folder, cut, 'flashes')
    const [seen, heard] = [await flashTimes(path), await beepTimes(path)]
    expect(seen.length).toBe(17)
    expect(heard.length).toBe(17)
    const apart = seen.map((sec, at) => Math.abs(sec - (heard[at] ?? 0)))
    expect(Math.max(...apart)).toBeLessThan(0.04)
    // One a second, also over the joints: nothing is lost and nothing is added.
    expect(seen.map((sec) => Math.round((sec - (seen[0] ?? 0)) * 25) / 25)).toEqual(seen.map((_, at) => at))
  })

  it('keeps separate sound with its picture over a discontinuity, wherever its own segments end', async () => {
    const main = async (seconds: number, startSec: number, period: number) =>
      segmentsOf(folder, { options: [...flashes({ seconds, startSec }), '-an'], form: 'mpegts', period })
    const sound = async (seconds: number, startSec: number, period: number) => {
      const options = [...flashes({ seconds, startSec }), '-vn']
      return segmentsOf(folder, { options, form: 'mpegts', period, rendition: 'a0', segmentSec: 3 })
    }
    const pictures = inARow(await main(6, 50, 0), await main(5, 700, 1), await main(4, 3, 2))
    // The sound of the first period lasts longer than its picture, that of the second is shorter.
    const sounds = inARow(await sound(6.3, 50, 0), await sound(4.8, 700, 1), await sound(4, 3, 2))
    const renditions = [{ id: 'main' }, { id: 'a0', kind: 'audio' as const }]
    const { cut } = await cutWhole(tool, new ScriptedRecording(folder.path, [...pictures, ...sounds], renditions))
    expect(cut.error).toBe(null)
    const path = await remuxed(folder, cut, 'separate')
    const [seen, heard] = [await flashTimes(path), await beepTimes(path)]
    expect(seen.length).toBe(15)
    const nearest = seen.map((sec) => Math.min(...heard.map((one) => Math.abs(one - sec))))
    // At the first joint the tone of the old sound covers the beginning of the new one.
    expect(nearest.filter((apart) => apart < 0.04).length).toBeGreaterThanOrEqual(14)
  })

  it('goes on behind the wrap of 33 bits', async () => {
    const wrap = 2 ** 33 / 90_000
    const options = [...flashes({ seconds: 8, startSec: 0 }), '-output_ts_offset', String(wrap - 4)]
    const segments = await segmentsOf(folder, { options, form: 'mpegts' })
    const { cut } = await cutWhole(tool, new ScriptedRecording(folder.path, segments, MAIN))
    const path = await remuxed(folder, cut, 'wrap')
    const [seen, heard] = [await flashTimes(path), await beepTimes(path)]
    expect(seen.length).toBe(8)
    expect(Math.max(...seen.map((sec, at) => Math.abs(sec - (heard[at] ?? 0))))).toBeLessThan(0.04)
  })

  it('takes packed audio, whose time stands in a tag', async () => {
    const main = await segmentsOf(folder, {
      options: [...flashes({ seconds: 8, startSec: 50 }), '-an'],
      form: 'mpegts',
    })
    const sound = await packedSegments({ seconds: 8, startSec: 50 + 1.4 })
    const renditions = [{ id: 'main' }, { id: 'a0', kind: 'audio' as const }]
    const { cut } = await cutWhole(tool, new ScriptedRecording(folder.path, [...main, ...sound], renditions))
    expect(cut.error).toBe(null)
    const path = await remuxed(folder, cut, 'packed')
    const [seen, heard] = [await flashTimes(path), await beepTimes(path)]
    expect(heard.length).toBe(8)
    expect(Math.max(...seen.map((sec, at) => Math.abs(sec - (heard[at] ?? 0))))).toBeLessThan(0.04)
  })

  it('makes AAC beside AC-3, in time, also behind a discontinuity', async () => {
    const flash = (startSec: number) => [...flashes({ seconds: 6, startSec }), '-c:a', 'ac3']
    const parts = [
      await segmentsOf(folder, { options: flash(0), form: 'mpegts', period: 0 }),
      await segmentsOf(folder, { options: flash(900), form: 'mpegts', period: 1 }),
    ]
    const { cut } = await cutWhole(tool, new ScriptedRecording(folder.path, inARow(...parts), MAIN))
    expect(cut.error).toBe(null)
    expect(cut.formats.map(({ codecs }) => codecs)).toEqual([expect.stringMatching(/^avc1/), 'mp4a.40.2', 'ac-3'])
    const seen = await flashTimes(await remuxed(folder, cut, 'ac3'))
    for (const track of [1, 2]) {
      const heard = await beepTimes(await remuxed(folder, cut, `ac3-${track}`, [0, track]))
      expect(heard.length).toBe(12)
      expect(Math.max(...seen.map((sec, at) => Math.abs(sec - (heard[at] ?? 0))))).toBeLessThan(0.045)
    }
  })

  it('keeps the time of what is missing', async () => {
    const segments = await segmentsOf(folder, { options: flashes({ seconds: 10, startSec: 0 }), form: 'mpegts' })
    const holed = segments.map((one) => (one.position === 2 ? { ...one, file: null, gap: 'it was never there' } : one))
    const { cut } = await cutWhole(tool, new ScriptedRecording(folder.path, holed, MAIN))
    expect(cut.error).toBe(null)
    const seen = await flashTimes(await remuxed(folder, cut, 'gap'))
    const first = seen[0] ?? 0
    expect(seen.map((sec) => Math.round(sec - first))).toEqual([0, 1, 2, 3, 6, 7, 8, 9])
  })

  it('keeps the time of what is missing between two periods', async () => {
    const before = await segmentsOf(folder, {
      options: flashes({ seconds: 4, startSec: 0 }),
      form: 'mpegts',
      period: 0,
    })
    const after = await segmentsOf(folder, {
      options: flashes({ seconds: 4, startSec: 70 }),
      form: 'mpegts',
      period: 1,
    })
    const hole = { ...(before[0] as (typeof before)[0]), durationSec: 2, file: null, gap: 'it was never there' }
    const { cut } = await cutWhole(tool, new ScriptedRecording(folder.path, inARow(before, [hole], after), MAIN))
    const seen = await flashTimes(await remuxed(folder, cut, 'gap-period'))
    const first = seen[0] ?? 0
    expect(seen.map((sec) => Math.round(sec - first))).toEqual([0, 1, 2, 3, 6, 7, 8, 9])
  })

  it('gives the same segments when it goes on in the middle', async () => {
    const segments = await segmentsOf(folder, { options: flashes({ seconds: 12, startSec: 0 }), form: 'mpegts' })
    const whole = await cutWhole(tool, new ScriptedRecording(folder.path, segments, MAIN))
    const rest = await cutWhole(tool, new ScriptedRecording(folder.path, segments, MAIN), { from: [2, 1] })
    expect(rest.cut.plan.borders).toEqual(whole.cut.plan.borders)
    for (const [track, from] of [2, 1].entries()) {
      const wanted = spansOf(whole.cut.pieces, track).flatMap(({ index }) => (index >= from ? [index] : []))
      expect(spansOf(rest.cut.pieces, track).map(({ index }) => index)).toEqual(wanted)
      expect(sha256(bytesOf(rest.cut.pieces, track))).toBe(sha256(bytesOf(whole.cut.pieces, track, wanted)))
    }
  })
})

/** ADTS with the tag of RFC 8216 §3.4 before each segment, about two seconds long. */
async function packedSegments({ seconds, startSec }: { seconds: number; startSec: number }) {
  const all = folder.file('packed.aac')
  await ffmpeg(...flashes({ seconds, startSec: 0 }), '-vn', '-f', 'adts', all)
  const frames = adtsFrames(await readFile(all))
  const perSegment = 94
  const count = Math.ceil(frames.length / perSegment)
  return Promise.all(
    Array.from({ length: count }, async (_, position) => {
      // The first frame only wakes the decoder.
      const sec = startSec + ((position * perSegment - 1) * 1024) / 48_000
      const own = frames.slice(position * perSegment, (position + 1) * perSegment)
      await written(folder, `packed-${position}.aac`, Buffer.concat([timeTag(sec), ...own]))
      const durationSec = (own.length * 1024) / 48_000
      return segment({ rendition: 'a0', position, period: 0, durationSec, file: `packed-${position}.aac` })
    }),
  )
}

function adtsFrames(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = []
  for (let at = 0; at + 7 <= bytes.length; ) {
    const length = ((bytes[at + 3] ?? 0) & 3) * 2048 + (bytes[at + 4] ?? 0) * 8 + ((bytes[at + 5] ?? 0) >> 5)
    frames.push(bytes.subarray(at, at + length))
    at += Math.max(7, length)
  }
  return frames
}

function timeTag(sec: number): Buffer {
  const owner = Buffer.from('com.apple.streaming.transportStreamTimestamp\0', 'latin1')
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(Math.round(sec * 90_000)))
  const frame = Buffer.concat([Buffer.from('PRIV'), Buffer.from([0, 0, 0, owner.length + 8, 0, 0]), owner, time])
  return Buffer.concat([Buffer.from('ID3'), Buffer.from([4, 0, 0, 0, 0, 0, frame.length]), frame])
}
