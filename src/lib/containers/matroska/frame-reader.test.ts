import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inMemory } from '../iso-bmff/media.test-support.ts'
import { ID } from './element-id.ts'
import {
  blockBody,
  cluster,
  collect,
  collectBytes,
  ebmlHeader,
  element,
  endless,
  join,
  matroska,
  type ReadSample,
  sha256,
  simpleBlock,
  trackEntry,
  vint,
} from './matroska.test-support.ts'
import { readMatroska } from './read-matroska.ts'
import { readMatroskaSamples } from './read-matroska-samples.ts'

/** Frames of these lengths, each filled with its number. */
function framesOf(...lengths: readonly number[]): Uint8Array[] {
  return lengths.map((length, index) => new Uint8Array(length).fill(index + 1))
}

function told(samples: readonly ReadSample[] | undefined): unknown[] {
  return (samples ?? []).map(({ size, hash }) => [size, hash])
}

function meant(frames: readonly Uint8Array[]): unknown[] {
  return frames.map((frame) => [frame.byteLength, sha256(frame)])
}

const XIPH = 0x02
const FIXED = 0x04
const EBML = 0x06

function xiphLaces(frames: readonly Uint8Array[]): Uint8Array {
  const sizes = frames
    .slice(0, -1)
    .flatMap(({ byteLength }) => [...Array.from({ length: Math.floor(byteLength / 255) }, () => 255), byteLength % 255])
  return join([Uint8Array.of(frames.length - 1, ...sizes), ...frames])
}

function ebmlLaces(frames: readonly Uint8Array[]): Uint8Array {
  const sizes = frames.slice(0, -1).map((frame, index) => {
    const before = frames[index - 1]
    if (before === undefined) return vint(frame.byteLength)
    const difference = frame.byteLength - before.byteLength
    const length = [1, 2, 3, 4].find((one) => Math.abs(difference) < 2 ** (7 * one - 1) - 1) ?? 8
    return vint(difference + 2 ** (7 * length - 1) - 1, length)
  })
  return join([Uint8Array.of(frames.length - 1), ...sizes, ...frames])
}

const SOUND = trackEntry({ type: 2, codec: 'A_AC3', more: [element(ID.defaultDuration, 32_000_000)] })

describe('laced blocks', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 30 })

  it.each([
    ['Xiph', XIPH, xiphLaces],
    ['EBML', EBML, ebmlLaces],
  ] as const)('%s: every list of frames comes back, the default duration apart', async (_, flags, lace) => {
    await fc.assert(
      fc.asyncProperty(lengths, async (list) => {
        const frames = framesOf(...list)
        const bytes = matroska([SOUND], cluster(100, simpleBlock({ flags: 0x80 | flags, data: lace(frames) })))
        const samples = (await collectBytes(bytes)).get(1)
        expect(told(samples)).toEqual(meant(frames))
        expect(samples?.map((sample) => sample.pts)).toEqual(frames.map((_frame, index) => 800 + 256 * index))
      }),
      { numRuns: 40 },
    )
  })

  it('fixed: frames of one length', async () => {
    const frames = framesOf(50, 50, 50)
    const block = simpleBlock({ flags: FIXED, data: join([Uint8Array.of(2), ...frames]) })
    expect(told((await collectBytes(matroska([SOUND], cluster(0, block)))).get(1))).toEqual(meant(frames))
  })

  it.each([
    ['fixed frames that do not fill the block', FIXED, Uint8Array.of(1, 1, 2, 3)],
    ['Xiph sizes beyond the block', XIPH, Uint8Array.of(1, 200, 1, 2, 3)],
    ['Xiph sizes without an end', XIPH, Uint8Array.of(1, 255, 255)],
    ['EBML sizes below zero', EBML, Uint8Array.of(2, 0x81, 0x80, 1, 2, 3)],
    ['an empty block', XIPH, new Uint8Array()],
  ])('are refused as malformed: %s', async (_, flags, data) => {
    const bytes = matroska([SOUND], cluster(0, simpleBlock({ flags, data })))
    await expect(collectBytes(bytes)).rejects.toMatchObject({ name: 'ContainerError', code: 'malformed' })
  })
})

const VIDEO = trackEntry({ codec: 'V_MPEG4/ISO/AVC' })

function group(ticks: number, data: Uint8Array, ...more: readonly Uint8Array[]): Uint8Array {
  return element(ID.blockGroup, [element(ID.block, blockBody({ ticks, data })), ...more])
}

describe('blocks', () => {
  it('are keys by flag, or in a group by what they refer to', async () => {
    const [a, b, c, d] = framesOf(10, 20, 30, 40) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    const bytes = matroska(
      [VIDEO],
      cluster(
        1000,
        simpleBlock({ ticks: 0, flags: 0x80, data: a }),
        simpleBlock({ ticks: 40, flags: 0, data: b }),
        group(80, c, element(ID.referenceBlock, Uint8Array.of(0xd8)), element(ID.blockDuration, 55)),
        group(120, d, element(ID.blockDuration, 70)),
      ),
    )
    const samples = (await collectBytes(bytes)).get(1)
    expect(told(samples)).toEqual(meant([a, b, c, d]))
    expect(samples?.map((sample) => sample.sync)).toEqual([true, false, false, true])
    expect(samples?.map((sample) => sample.pts)).toEqual([1000, 1040, 1080, 1120])
    expect(samples?.map((sample) => sample.duration)).toEqual([40, 40, 40, 70])
  })

  it('lose what DiscardPadding takes off the last sound', async () => {
    const padding = element(ID.discardPadding, Uint8Array.of(0x00, 0x98, 0x96, 0x80))
    const opus = trackEntry({ type: 2, codec: 'A_OPUS', more: [element(ID.codecDelay, 6_500_000)] })
    const frame = Uint8Array.of(0xfc, 1, 2, 3)
    const bytes = matroska([opus], cluster(0, simpleBlock({ data: frame }), group(20, frame, padding)))
    const samples = (await collectBytes(bytes)).get(1)
    expect(samples?.map(({ pts, duration }) => [pts, duration])).toEqual([
      [-336, 960],
      [624, 480],
    ])
  })

  it('get stripped headers back, in every lace', async () => {
    const header = Uint8Array.of(0x0b, 0x77)
    const encoding = element(ID.contentEncodings, [
      element(ID.contentEncoding, [
        element(ID.contentCompression, [element(ID.contentCompAlgo, 3), element(ID.contentCompSettings, header)]),
      ]),
    ])
    const frames = framesOf(9, 12, 300, 0)
    const stripped = trackEntry({ type: 2, codec: 'A_AC3', more: [encoding] })
    const bytes = matroska(
      [stripped],
      cluster(
        0,
        ...frames.map((data, index) => simpleBlock({ ticks: 32 * index, data })),
        simpleBlock({ ticks: 128, flags: 0x80 | XIPH, data: xiphLaces(frames) }),
      ),
    )
    const whole = frames.map((frame) => join([header, frame]))
    expect(told((await collectBytes(bytes)).get(1))).toEqual(meant([...whole, ...whole]))
  })

  it('of tracks that cannot be read are refused, those of others beside them are not', async () => {
    const zlib = element(ID.contentEncodings, [element(ID.contentEncoding, [element(ID.contentCompression, [])])])
    const bytes = matroska(
      [VIDEO, trackEntry({ number: 2, type: 17, codec: 'S_TEXT/UTF8', more: [zlib] })],
      cluster(0, simpleBlock({ data: new Uint8Array(5) }), simpleBlock({ track: 2, data: new Uint8Array(5) })),
    )
    await expect(collectBytes(bytes)).rejects.toMatchObject({ code: 'unsupported' })
    const file = inMemory(bytes)
    const wishes = { trackNumbers: [1], borders: [Number.NEGATIVE_INFINITY] }
    expect((await collect(file, await readMatroska(file), wishes)).get(1)).toHaveLength(1)
  })
})

describe('AV1', () => {
  const AV1 = trackEntry({ codec: 'V_AV1' })
  const delimiter = Uint8Array.of(0x12, 0)
  const sequence = Uint8Array.of(0x0a, 3, 1, 2, 3)
  const picture = join([Uint8Array.of(0x32, 0x81, 0x01), new Uint8Array(129).fill(9)])
  const padding = Uint8Array.of(0x7a, 2, 0, 0)
  const unsized = Uint8Array.of(0x30, 7, 7)

  it.each([
    ['delimiters and padding are left out', [delimiter, sequence, padding, picture], [sequence, picture]],
    ['delimiters in the middle are', [sequence, delimiter, picture, delimiter], [sequence, picture]],
    ['the rest stays as it is', [sequence, picture, unsized], [sequence, picture, unsized]],
    ['bytes that are no units stay', [Uint8Array.of(0x80, 1, 2)], [Uint8Array.of(0x80, 1, 2)]],
    ['a unit longer than the frame stays', [Uint8Array.of(0x12, 0, 0x0a, 99)], [Uint8Array.of(0x12, 0, 0x0a, 99)]],
  ])('%s', async (_, stored, expected) => {
    const blocks = [simpleBlock({ data: join(stored) }), simpleBlock({ ticks: 40, data: delimiter })]
    const bytes = matroska([AV1], cluster(0, ...blocks))
    expect(told((await collectBytes(bytes)).get(1))).toEqual(meant([join(expected)]))
  })
})

describe('Clusters', () => {
  const frames = framesOf(100, 200, 300, 400)
  const blocks = frames.map((data, index) => simpleBlock({ ticks: 40 * (index % 2), data }))
  const tracks = element(ID.tracks, [VIDEO])
  const filler = element(ID.void, new Uint8Array(50))
  const time = (ticks: number): Uint8Array => element(ID.timestamp, ticks)
  const [a, b, c, d] = blocks as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]

  it.each<[string, Uint8Array]>([
    ['of known size', element(ID.segment, [tracks, cluster(0, a, b), cluster(80, c, d)])],
    [
      'of unknown size',
      endless(ID.segment, tracks, endless(ID.cluster, time(0), a, b), endless(ID.cluster, time(80), c, d)),
    ],
    [
      'of unknown size with Cues and Tags between',
      endless(
        ID.segment,
        tracks,
        endless(ID.cluster, time(0), a, filler, b),
        element(ID.cues, []),
        element(ID.tags, new Uint8Array(9)),
        endless(ID.cluster, element(ID.crc32, new Uint8Array(4)), time(80), filler, c, d),
        element(ID.cues, []),
      ),
    ],
    [
      'followed by another file',
      join([element(ID.segment, [tracks, cluster(0, a, b), cluster(80, c, d)]), ebmlHeader(), new Uint8Array(99)]),
    ],
    [
      'of unknown size followed by another file',
      join([
        endless(ID.segment, tracks, cluster(0, a, b), endless(ID.cluster, time(80), c, d)),
        ebmlHeader(),
        new Uint8Array(99),
      ]),
    ],
  ])('%s are read to their end', async (_, segment) => {
    const samples = (await collectBytes(join([ebmlHeader(), segment]))).get(1)
    expect(told(samples)).toEqual(meant(frames))
    expect(samples?.map((sample) => sample.pts)).toEqual([0, 40, 80, 120])
  })

  it('that are cut off end with their last whole frame, wherever the cut is', async () => {
    const whole = join([ebmlHeader(), endless(ID.segment, tracks, cluster(0, a, b), cluster(80, c, d))])
    const endOfFirst = whole.byteLength - cluster(80, c, d).byteLength
    for (let end = endOfFirst; end < whole.byteLength; end++) {
      const samples = (await collectBytes(whole.subarray(0, end))).get(1) ?? []
      const withC = end >= whole.byteLength - d.byteLength
      expect(told(samples)).toEqual(meant(frames.slice(0, withC ? 3 : 2)))
    }
  })

  it.each<[string, Uint8Array[]]>([
    ['a block before the time', [element(ID.cluster, [a])]],
    ['a block longer than its Cluster', [element(ID.cluster, [time(0), a.subarray(0, 50)]), cluster(0, b)]],
    ['a block shorter than its header', [cluster(0, element(ID.simpleBlock, [Uint8Array.of(0x81, 0)]))]],
    ['an element of unknown size inside', [cluster(0, endless(ID.blockGroup))]],
    ['a group whose child is longer', [cluster(0, element(ID.blockGroup, [Uint8Array.of(0xa1, 0x88, 1)]))]],
    ['rubbish', [cluster(0, a), new Uint8Array(30)]],
  ])('are malformed with %s', async (_, parts) => {
    await expect(collectBytes(matroska([VIDEO], ...parts))).rejects.toMatchObject({ code: 'malformed' })
  })

  it('with a block too large for memory are refused before it is read', async () => {
    const huge = join([Uint8Array.of(0xa3), vint(100 * 2 ** 20, 8), blockBody({ data: new Uint8Array(10) })])
    const bytes = join([ebmlHeader(), endless(ID.segment, tracks, endless(ID.cluster, time(0), huge))])
    const file = { ...inMemory(bytes), size: 200 * 2 ** 20 }
    const mkv = await readMatroska(file)
    const reading = collect(file, mkv, { trackNumbers: [1], borders: [Number.NEGATIVE_INFINITY] })
    await expect(reading).rejects.toMatchObject({ code: 'too-large' })
  })
})

describe('a track that ends early', () => {
  it('does not make the others wait: an empty batch says that its windows are over', async () => {
    const tracks = [VIDEO, trackEntry({ number: 2, type: 2, codec: 'A_AC3' })]
    const clusters = Array.from({ length: 30 }, (_, index) =>
      cluster(
        1000 * index,
        simpleBlock({ data: new Uint8Array(100) }),
        ...(index < 3 ? [simpleBlock({ track: 2, data: new Uint8Array(10) })] : []),
      ),
    )
    const file = inMemory(matroska(tracks, ...clusters))
    const mkv = await readMatroska(file)
    const borders = [0, 6, 12]
    const sound: [number, number][] = []
    for await (const batch of readMatroskaSamples(file, mkv, { trackNumbers: [1, 2], borders })) {
      if (batch.trackId === 2) sound.push([batch.windowIndex, batch.samples.length])
    }
    expect(sound).toEqual([
      [0, 3],
      [2, 0],
    ])
  })
})
