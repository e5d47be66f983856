import { afterAll, describe, expect, it } from 'vitest'
import { inMemory, mediaFolder, openFile, type ProbedPacket, probe } from '../iso-bmff/media.test-support.ts'
import { ID } from './element-id.ts'
import { type KeyFrameIndexOptions, type KeyFrameIndexResult, keyFrameIndexOf } from './key-frame-index-of.ts'
import { cluster, element, matroska, simpleBlock, trackEntry } from './matroska.test-support.ts'
import { readMatroska } from './read-matroska.ts'

const folder = mediaFolder()
afterAll(() => folder[Symbol.dispose]())

const PICTURES = '-f lavfi -i testsrc2=s=160x96:r=24000/1001:d=8,format=yuv420p'
const TONE = '-f lavfi -i sine=d=8:r=48000'

const FILES: Readonly<Record<string, string>> = {
  'closed.mkv': `${PICTURES} ${TONE} -c:v libx264 -preset veryfast -g 24 -bf 3 -c:a aac`,
  'open.mkv': `${PICTURES} ${TONE} -c:v libx264 -preset veryfast -g 24 -bf 2 -x264-params open-gop=1 -c:a ac3`,
  'hevc-open.mkv': `${PICTURES} -c:v libx265 -x265-params log-level=error:keyint=24:open-gop=1 -preset ultrafast`,
  'vp9.webm': `${PICTURES} ${TONE} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -lag-in-frames 8 -g 24 -c:a libopus`,
  'sound-first.mkv': `${PICTURES} ${TONE} -map 1 -map 0 -c:v libx264 -preset veryfast -g 24 -c:a aac`,
  'front.mkv': `${PICTURES} ${TONE} -c:v libx264 -preset veryfast -g 24 -c:a aac -cues_to_front 1`,
  'offset.mkv': `${PICTURES} ${TONE} -c:v libx264 -preset veryfast -g 24 -c:a aac -output_ts_offset 3600.5`,
  'single-picture-at-end.mkv': `${PICTURES} -frames:v 25 -c:v libx264 -preset veryfast -g 24 -bf 0`,
  'all-key.mkv': `${PICTURES} ${TONE} -c:v mjpeg -c:a mp3`,
}

describe('keyFrameIndexOf', () => {
  for (const [name, args] of Object.entries(FILES)) {
    it(`agrees with ffprobe on ${name}`, async () => {
      const path = folder.make(name, args)
      const streams = probe(path)
      const packets = streams.find(({ fields }) => fields.codec_type === 'video')?.packets ?? []
      const groups = groupsOf(packets)
      await using file = await openFile(path)
      const { index } = await keyFrameIndexOf(await readMatroska(file), file)
      expect(index?.gops.map(({ startSec, closed }) => ({ startSec, closed }))).toEqual(
        groups.map(({ startSec, closed }) => ({ startSec, closed })),
      )
      for (const [at, { byteLength }] of (index?.gops ?? []).entries()) {
        expect(byteLength).toBeGreaterThan(groups[at]?.byteLength ?? 0)
      }
      const indexed = index?.gops.reduce((sum, gop) => sum + gop.byteLength, 0) ?? 0
      const payload = streams.flatMap((stream) => stream.packets).reduce((sum, packet) => sum + packet.size, 0)
      expect(Math.abs(indexed / payload - 1)).toBeLessThan(0.06)
      const lastMs = Math.max(...packets.map((packet) => packet.pts))
      expect(index?.endSec).toBeCloseTo(lastMs / 1000 + 1001 / 24_000, 2)
    })
  }

  it('sees open groups where the encoder made some', async () => {
    await using file = await openFile(`${folder.path}/open.mkv`)
    const { index } = await keyFrameIndexOf(await readMatroska(file), file)
    expect(index?.gops.filter((gop) => !gop.closed).length).toBeGreaterThan(2)
  })

  it('says why there is no index: live recordings have none, sound has no pictures', async () => {
    const live = folder.make('live.mkv', `${FILES['closed.mkv']} -live 1`)
    const sound = folder.make('sound.mka', `${TONE} -c:a aac`)
    for (const [path, reason] of [
      [live, 'no-cues'],
      [sound, 'no-video'],
    ] as const) {
      await using file = await openFile(path)
      expect(await keyFrameIndexOf(await readMatroska(file), file)).toMatchObject({ index: null, reason })
    }
  })
})

interface Group {
  startSec: number
  byteLength: number
  closed: boolean
}

/** What a scan of all packets tells. */
function groupsOf(packets: readonly ProbedPacket[]): Group[] {
  const groups: Group[] = []
  for (const { pts, size, sync } of packets) {
    if (sync) groups.push({ startSec: pts / 1000, byteLength: 0, closed: true })
    const group = groups.at(-1)
    if (group === undefined) continue
    group.byteLength += size
    group.closed &&= pts / 1000 >= group.startSec
  }
  return groups
}

/** Pictures by hand: three Clusters, two seconds apart, each a key frame and three others; sound on track 2. */
const TICKS = [0, 2000, 4000]
const CLUSTERS = TICKS.map((ticks) =>
  cluster(
    ticks,
    simpleBlock({ track: 2, ticks: -10, data: new Uint8Array(30) }),
    ...[0, 1000, 500, 1500].map((offset) =>
      simpleBlock({ ticks: offset, flags: offset === 0 ? 0x80 : 0, data: new Uint8Array(200) }),
    ),
  ),
)
const TRACKS = [trackEntry(), trackEntry({ number: 2, type: 2, codec: 'A_AAC' })]

interface CueWish {
  readonly ticks: number
  readonly cluster: number
  /** Tracks that the point names, in this order. */
  readonly tracks?: readonly number[]
  readonly relative?: number
}

function cuePoint({ ticks, cluster: index, tracks = [1], relative }: CueWish, firstCluster: number): Uint8Array {
  const position = CLUSTERS.slice(0, index).reduce((sum, part) => sum + part.byteLength, firstCluster)
  const positions = tracks.map((track) =>
    element(ID.cueTrackPositions, [
      element(ID.cueTrack, track),
      element(ID.cueClusterPosition, Uint8Array.of(position >> 8, position & 255)),
      ...(relative === undefined ? [] : [element(ID.cueRelativePosition, relative)]),
    ]),
  )
  return element(ID.cuePoint, [element(ID.cueTime, ticks), ...positions])
}

async function indexOf(cues: readonly CueWish[], options?: KeyFrameIndexOptions): Promise<KeyFrameIndexResult> {
  const cuesFor = (firstCluster: number) =>
    element(
      ID.cues,
      cues.map((cue) => cuePoint(cue, firstCluster)),
    )
  const firstCluster = element(ID.tracks, TRACKS).byteLength + cuesFor(0).byteLength
  const file = inMemory(matroska(TRACKS, cuesFor(firstCluster), ...CLUSTERS))
  return keyFrameIndexOf(await readMatroska(file), file, options)
}

const ALL = [0, 1, 2].map((index) => ({ ticks: 2000 * index, cluster: index }))

describe('Cues made by hand', () => {
  it('are read without relative positions, and when one point names several tracks', async () => {
    for (const cues of [ALL, ALL.map((cue) => ({ ...cue, tracks: [2, 1] }))]) {
      const { index } = await indexOf(cues)
      expect(index?.gops.map((gop) => [gop.startSec, gop.closed])).toEqual([
        [0, true],
        [2, true],
        [4, true],
      ])
      expect(index?.endSec).toBe(6)
    }
  })

  it.each<[string, string, readonly CueWish[], KeyFrameIndexOptions?]>([
    ['no-cues', 'name only the sound', ALL.map((cue) => ({ ...cue, tracks: [2] }))],
    ['partial', 'leave out the first picture', ALL.slice(1)],
    ['partial', 'leave out the last key frame', ALL.slice(0, 2)],
    ['partial', 'are too far apart', ALL, { maxGapSec: 1.5 }],
    ['contradiction', 'name a time at which no picture is', [...ALL, { ticks: 4100, cluster: 2 }]],
    ['contradiction', 'name a picture that is no key frame', [...ALL, { ticks: 5000, cluster: 2 }]],
    ['contradiction', 'point into the middle of a block', [ALL[0], { ...ALL[1], relative: 9 }] as CueWish[]],
  ])('are refused as %s when they %s', async (reason, _, cues, options) => {
    expect(await indexOf(cues, options)).toMatchObject({ index: null, reason })
  })
})

/** A film of `count` groups of pictures, a second each, sound before each picture; `gop` changes what one is. */
interface Planted {
  readonly count: number
  readonly relative: boolean
  gop?(index: number): { readonly offsets?: readonly number[]; readonly key?: boolean; readonly ticksOfCue?: number }
}

function plantedFilm({ count, relative, gop = () => ({}) }: Planted): Uint8Array {
  const sound = simpleBlock({ track: 2, ticks: 0, data: new Uint8Array(90) })
  const clusters = Array.from({ length: count }, (_, index) => {
    const { offsets = [0, 500, 250, 750], key = true } = gop(index)
    const pictures = offsets.map((ticks, place) =>
      simpleBlock({ ticks, flags: key && place === 0 ? 0x80 : 0, data: new Uint8Array(40) }),
    )
    return cluster(100_000 + 1000 * index, sound, ...pictures.flatMap((picture) => [picture, sound, sound]))
  })
  const four = (value: number) => Uint8Array.from([24, 16, 8, 0], (shift) => (value >> shift) & 255)
  const pointAt = (clusterAt: number, index: number) =>
    element(ID.cuePoint, [
      element(ID.cueTime, four(gop(index).ticksOfCue ?? 100_000 + 1000 * index)),
      element(ID.cueTrackPositions, [
        element(ID.cueTrack, 1),
        element(ID.cueClusterPosition, four(clusterAt)),
        ...(relative ? [element(ID.cueRelativePosition, four(sound.byteLength + 5))] : []),
      ]),
    ])
  const cuesFor = (first: number) => {
    let at = first
    const points = clusters.map((bytes, index) => {
      at += bytes.byteLength
      return pointAt(at - bytes.byteLength, index)
    })
    return element(ID.cues, points)
  }
  return matroska(TRACKS, cuesFor(element(ID.tracks, TRACKS).byteLength + cuesFor(0).byteLength), ...clusters)
}

async function plantedIndex(film: Planted): Promise<KeyFrameIndexResult> {
  const file = inMemory(plantedFilm(film))
  return keyFrameIndexOf(await readMatroska(file), file)
}

describe.each([true, false])('hundreds of cues (relative positions: %s)', (relative) => {
  const film = { count: 700, relative }

  it('are all read, with the bytes from key frame to key frame', async () => {
    const { index } = await plantedIndex(film)
    expect(index?.gops.map(({ startSec }) => startSec)).toEqual(Array.from({ length: 700 }, (_, at) => 100 + at))
    expect(new Set(index?.gops.slice(0, -1).map(({ byteLength }) => byteLength)).size).toBe(1)
    expect(index?.gops.every(({ closed }) => closed)).toBe(true)
    expect(index?.endSec).toBe(800)
  })

  it.each([1, 255, 256, 600, 699])('are told apart from the one open group: number %i', async (open) => {
    const offsets = (index: number) => (index === open ? { offsets: [0, -40, -20, 750] } : {})
    const { index } = await plantedIndex({ ...film, gop: offsets })
    expect(index?.gops.flatMap(({ closed }, at) => (closed ? [] : [at]))).toEqual([open])
  })

  it.each([1, 300, 699])(
    'are refused when one of them names a picture that is no key frame: number %i',
    async (wrong) => {
      const gop = (index: number) => ({ key: index !== wrong })
      expect(await plantedIndex({ ...film, gop })).toMatchObject({ index: null, reason: 'contradiction' })
    },
  )

  it.each([1, 300, 699])('are refused when one of them names a time without a picture: number %i', async (wrong) => {
    const gop = (index: number) => (index === wrong ? { ticksOfCue: 100_000 + 1000 * index + 3 } : {})
    expect(await plantedIndex({ ...film, gop })).toMatchObject({ index: null, reason: 'contradiction' })
  })
})
