import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { MEDIA_ORIGIN_SEC } from '#domain/ingest-plan.ts'
import { bytesOf, cutAll, packetsOf, planOf, spansOf, testTool, written } from './cut.test-support.ts'
import { ffmpeg, H264, picture, testFolder } from './media.test-support.ts'

const folder = await testFolder()
afterAll(() => folder[Symbol.asyncDispose]())
const tool = await testTool(folder)

const CLICK_SEC = 4.2
const RATE = 48_000
/** Silence with one click. */
const click = `aevalsrc=if(between(t\\,${CLICK_SEC}\\,${CLICK_SEC}+0.0005)\\,0.9\\,0):s=${RATE}:d=8`

/** Presentation time of the loudest sample of the track. */
async function clickIn(path: string): Promise<number> {
  const [first] = await packetsOf(path)
  const decode = ['-v', 'error', '-i', path, '-ac', '1', '-f', 's16le', 'pipe:1']
  const { stdout } = await promisify(execFile)('ffmpeg', decode, { encoding: 'buffer', maxBuffer: 2 ** 26 })
  const samples = new Int16Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.byteLength))
  const loudest = samples.reduce((best, value, at) => (Math.abs(value) > Math.abs(samples[best] ?? 0) ? at : best), 0)
  return (first?.ptsSec ?? Number.NaN) + loudest / RATE - MEDIA_ORIGIN_SEC
}

async function soundOf(name: string, options: readonly string[], from = 0) {
  await ffmpeg(...options, folder.file(name))
  await using media = await tool.open(folder.file(name))
  const plan = planOf(media.info, await media.index(), {
    borders: [0, 2, 4, 6],
    tracks: [{ streamIndex: 1, action: 'encode', sampleRate: RATE, channels: 2 }],
  })
  const cut = await cutAll(media, plan)
  const kept = cut.pieces.filter(({ index }) => index === 'init' || index < from)
  const rest = from === 0 ? cut.pieces : (await cutAll(media, plan, { from: [from] })).pieces
  expect(cut.error).toBeNull()
  const joined = await written(folder, `${name}.out.mp4`, bytesOf(from === 0 ? rest : [...kept, ...rest], 0))
  return { joined, plan, pieces: cut.pieces }
}

const film = (...sound: readonly string[]) => [...picture({ seconds: 8 }), ...sound, '-map', '0', '-map', '1', ...H264]
const clicks = ['-f', 'lavfi', '-i', click]

describe('encoded sound', () => {
  it.each([
    ['pcm.mov', [...film(...clicks), '-c:a', 'pcm_s16le'], 0],
    ['pcm.mkv', [...film(...clicks), '-c:a', 'pcm_s16le'], 0],
    ['flac.mkv', [...film(...clicks), '-c:a', 'flac'], 0],
    ['again.mov', [...film(...clicks), '-c:a', 'pcm_s16le'], 2],
    ['again.mkv', [...film(...clicks), '-c:a', 'flac'], 1],
    ['offset.mkv', [...film(...clicks), '-c:a', 'flac', '-output_ts_offset', '50'], 0],
    ['offset.mov', [...film(...clicks), '-c:a', 'pcm_s16le', '-output_ts_offset', '50'], 1],
  ] as const)('is heard within a millisecond of its time: %s', async (name, options, from) => {
    const { joined } = await soundOf(name, options, from)
    expect(Math.abs((await clickIn(joined)) - CLICK_SEC)).toBeLessThan(0.001)
  })

  it('keeps its place when it begins late, with silence before it', async () => {
    const late = film('-itsoffset', '3', ...clicks)
    const { joined, pieces } = await soundOf('late.mkv', [...late, '-c:a', 'flac'])
    expect(Math.abs((await clickIn(joined)) - CLICK_SEC - 3)).toBeLessThan(0.0015)
    expect(spansOf(pieces, 0).map(({ index }) => index)).toEqual([0, 1, 2, 3])
  })

  it('keeps its place when it begins before the picture', async () => {
    const early = ['-itsoffset', '1', ...picture({ seconds: 8 }), ...clicks, '-map', '0', '-map', '1', ...H264]
    const { joined, plan } = await soundOf('early.mkv', [...early, '-c:a', 'flac'])
    expect(plan.startSec).toBeCloseTo(1, 2)
    expect(Math.abs((await clickIn(joined)) - CLICK_SEC + 1)).toBeLessThan(0.0015)
  })

  it('keeps its place behind a gap, which becomes silence', async () => {
    const gap = ['-filter:a', 'aselect=not(between(t\\,1\\,3))', '-c:a', 'flac']
    const { joined } = await soundOf('gap.mkv', [...film(...clicks), ...gap])
    expect(Math.abs((await clickIn(joined)) - CLICK_SEC)).toBeLessThan(0.0015)
    const times = (await packetsOf(joined)).map(({ ptsSec }) => Math.round(ptsSec * RATE))
    expect(new Set(times.slice(1).map((time, position) => time - (times[position] ?? 0)))).toEqual(new Set([1024]))
  })
})
