import { writeFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { inMemory, mediaFolder, openFile } from '../iso-bmff/media.test-support.ts'
import { directlyReadable } from './directly-readable.ts'
import { ID } from './element-id.ts'
import type { MatroskaFile } from './matroska-file.ts'
import {
  cluster,
  ebmlHeader,
  element,
  endless,
  float64,
  join,
  matroska,
  simpleBlock,
  trackEntry,
  uint,
} from './matroska.test-support.ts'
import { readMatroska } from './read-matroska.ts'

const folder = mediaFolder()
afterAll(() => folder[Symbol.dispose]())

async function read(bytes: Uint8Array): Promise<MatroskaFile> {
  return readMatroska(inMemory(bytes))
}

const SOURCES = '-f lavfi -i testsrc2=s=160x96:r=25:d=4 -f lavfi -i sine=d=4:r=44100'

describe('readMatroska on real files', () => {
  it('tells tracks, languages, names and flags', async () => {
    writeFileSync(`${folder.path}/one.srt`, '1\n00:00:01,000 --> 00:00:02,000\nHello\n')
    const path = folder.make(
      'tracks.mkv',
      `${SOURCES} -i ${folder.path}/one.srt -map 0 -map 1 -map 1 -map 2 -c:v libx264 -aspect 16:9
      -c:a:0 libopus -c:a:1 ac3 -ac:a:1 2 -c:s srt -metadata title=Film
      -metadata:s:a:0 language=ger -metadata:s:a:0 title=Ton -metadata:s:a:1 language=fre
      -disposition:v:0 0 -disposition:a:0 default -disposition:a:1 0 -disposition:s:0 forced+hearing_impaired`,
    )
    await using file = await openFile(path)
    const mkv = await readMatroska(file)
    expect(mkv).toMatchObject({ docType: 'matroska', title: 'Film', timestampScaleNs: 1_000_000, truncated: false })
    expect(mkv.durationSec).toBeCloseTo(4, 0)
    const [video, opus, ac3, srt] = mkv.tracks
    expect(video).toMatchObject({ number: 1, kind: 'video', codecId: 'V_MPEG4/ISO/AVC', defaultDurationNs: 40_000_000 })
    expect(video?.video).toMatchObject({ width: 160, height: 96, displayHeight: 9, displayWidth: 16 })
    expect(video?.codecPrivate?.[0]).toBe(1)
    expect(opus).toMatchObject({
      kind: 'audio',
      language: 'ger',
      name: 'Ton',
      isDefault: true,
      seekPreRollNs: 80_000_000,
    })
    expect(opus?.codecDelayNs).toBe(6_500_000)
    expect(ac3).toMatchObject({ language: 'fre', isDefault: false, audio: { channels: 2, samplingRateHz: 44_100 } })
    expect(srt).toMatchObject({ kind: 'subtitles', codecId: 'S_TEXT/UTF8', forced: true, hearingImpaired: true })
  })

  it.each([
    ['at the end', ''],
    ['at the front', '-cues_to_front 1'],
  ])('finds Cues %s without reading the payload', async (_, option) => {
    await using file = await openFile(
      folder.make('cues.mkv', `${SOURCES} -c:v libx264 -g 25 -c:a aac -b:v 8M ${option}`),
    )
    const mkv = await readMatroska(file)
    expect(mkv.cues?.map((cue) => [cue.trackNumber, cue.ticks])).toHaveLength(4)
    expect(file.bytesRead).toBeLessThan(40_000)
  })

  it('reads what is left of a file without its end, and says so', async () => {
    await using file = await openFile(`${folder.path}/tracks.mkv`)
    const bytes = await file.read(0, file.size - 2000)
    const mkv = await read(bytes)
    expect(mkv).toMatchObject({ cues: null, truncated: true, segmentEnd: bytes.byteLength })
    expect(mkv.tracks).toHaveLength(4)
  })
})

const BLOCK = simpleBlock({ data: new Uint8Array(10) })

describe('readMatroska on files made by hand', () => {
  it('follows a SeekHead to a second one, to Info, Tracks and Cues behind the Clusters', async () => {
    const seek = (id: number, position: number) =>
      element(ID.seek, [
        element(ID.seekId, uint(id)),
        element(ID.seekPosition, Uint8Array.of(position >> 8, position & 255)),
      ])
    const first = (at: number) => element(ID.seekHead, [seek(ID.seekHead, at)])
    const clusters = [cluster(0, BLOCK), cluster(1000, BLOCK)]
    const info = element(ID.info, [element(ID.timestampScale, 500_000), element(ID.duration, float64(4000))])
    const tracks = element(ID.tracks, [trackEntry()])
    const point = [element(ID.cueTrack, 1), element(ID.cueClusterPosition, 5), element(ID.cueRelativePosition, 7)]
    const cues = element(ID.cues, [
      element(ID.cuePoint, [element(ID.cueTime, 3), element(ID.cueTrackPositions, point)]),
      element(ID.cuePoint, [element(ID.cueTime, 4)]),
    ])
    const secondAt = join([first(0), ...clusters]).byteLength
    const second = (at: number) => {
      const places = [at, at + info.byteLength, at + info.byteLength + tracks.byteLength]
      const [infoAt = 0, tracksAt = 0, cuesAt = 0] = places
      return element(ID.seekHead, [
        seek(ID.info, infoAt),
        seek(ID.tracks, tracksAt),
        seek(ID.cues, cuesAt),
        seek(ID.seekHead, secondAt),
        seek(ID.tags, 3),
        seek(ID.cues, 65_000),
      ])
    }
    const body = [first(secondAt), ...clusters, second(secondAt + second(0).byteLength), info, tracks, cues]
    const mkv = await read(join([ebmlHeader('webm'), element(ID.segment, body)]))
    expect(mkv).toMatchObject({ docType: 'webm', timestampScaleNs: 500_000, durationSec: 2 })
    expect(mkv.tracks).toHaveLength(1)
    expect(mkv.cues).toEqual([{ trackNumber: 1, ticks: 3, clusterAt: mkv.segmentStart + 5, relativePosition: 7 }])
    expect(mkv.firstClusterAt).toBe(mkv.segmentStart + first(0).byteLength)
  })

  it('ignores Void and CRC-32, and a Segment of unknown size', async () => {
    const filler = [element(ID.crc32, new Uint8Array(4)), element(ID.void, new Uint8Array(100))]
    const tracks = element(ID.tracks, [...filler, trackEntry({ more: filler })])
    const segment = endless(ID.segment, ...filler, tracks, ...filler, endless(ID.cluster, BLOCK))
    const mkv = await read(join([ebmlHeader(), ...filler, segment]))
    expect(mkv.tracks).toHaveLength(1)
    expect(mkv).toMatchObject({ truncated: false, cues: null, durationSec: null })
  })

  it('counts damaged Cues as missing', async () => {
    const damaged = element(ID.cues, [Uint8Array.of(0xbb, 0x88, 1)])
    expect((await read(matroska([trackEntry()], damaged, cluster(0, BLOCK)))).cues).toBeNull()
  })

  it('prefers BCP 47, and takes defaults for what is not said', async () => {
    const named = trackEntry({ more: [element(ID.language, 'ger'), element(ID.languageBcp47, 'de-CH')] })
    const plain = trackEntry({ number: 2, type: 2, codec: 'A_AAC' })
    const [one, two] = (await read(matroska([named, plain], cluster(0, BLOCK)))).tracks
    expect(one?.language).toBe('de-CH')
    expect(two).toMatchObject({ language: 'eng', isDefault: true, isEnabled: true, forced: false, timestampFactor: 1 })
    expect(two?.audio).toEqual({ channels: 1, samplingRateHz: 8000, bitDepth: null })
  })

  it.each<[string, string, Uint8Array]>([
    ['not-this-container', 'an empty file', new Uint8Array()],
    ['not-this-container', 'text', new TextEncoder().encode('#EXTM3U\nhttp://example.invalid/a.ts\n')],
    ['not-this-container', 'another EBML document', join([ebmlHeader('other'), element(ID.segment, [])])],
    ['truncated', 'half a header', ebmlHeader().subarray(0, 8)],
    ['truncated', 'a header alone', ebmlHeader()],
    ['truncated', 'a cut in Tracks', matroska([trackEntry()]).subarray(0, 40)],
    ['malformed', 'no Tracks', join([ebmlHeader(), element(ID.segment, [cluster(0, BLOCK)])])],
    ['malformed', 'two tracks of one number', matroska([trackEntry(), trackEntry()])],
    ['malformed', 'a track of number 0', matroska([trackEntry({ number: 0 })])],
    ['malformed', 'rubbish instead of an element', matroska([trackEntry()], new Uint8Array(20))],
    ['malformed', 'ticks of no length', matroska([trackEntry()], element(ID.info, [element(ID.timestampScale, 0)]))],
    ['malformed', 'Tracks of unknown size', join([ebmlHeader(), element(ID.segment, [endless(ID.tracks)])])],
    [
      'unsupported',
      'sizes of more than eight bytes',
      join([element(ID.ebml, [element(ID.docType, 'matroska'), element(ID.ebmlMaxSizeLength, 9)])]),
    ],
    [
      'too-large',
      'a header part of terabytes',
      join([ebmlHeader(), element(ID.segment, [Uint8Array.of(0x16, 0x54, 0xae, 0x6b, 0x03, 0, 0, 0, 0, 0, 0)])]),
    ],
  ])('refuses as %s: %s', async (code, _, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ name: 'ContainerError', code })
  })
})

describe('directlyReadable', () => {
  const avcC = Uint8Array.of(1, 100, 0, 12, 255, 225, 0)
  const privately = (bytes: Uint8Array) => [element(ID.codecPrivate, bytes)]
  const encodings = (...more: Uint8Array[]) => [
    ...privately(avcC),
    element(ID.contentEncodings, [element(ID.contentEncoding, more)]),
  ]
  const compression = (algorithm: number) => element(ID.contentCompression, [element(ID.contentCompAlgo, algorithm)])

  it.each<[boolean | string, string, string, readonly Uint8Array[]]>([
    [true, 'AVC with its record', 'V_MPEG4/ISO/AVC', privately(avcC)],
    [
      'without the codec data',
      'AVC with start codes',
      'V_MPEG4/ISO/AVC',
      privately(Uint8Array.of(0, 0, 0, 1, 0x67, 1, 1)),
    ],
    ['without the codec data', 'AVC without a record', 'V_MPEG4/ISO/AVC', []],
    [
      'without the codec data',
      'HEVC with start codes',
      'V_MPEGH/ISO/HEVC',
      privately(Uint8Array.from([0, 0, 0, 1, ...avcC, ...new Uint8Array(20)])),
    ],
    [true, 'AC-3', 'A_AC3', []],
    ['A_VORBIS', 'Vorbis', 'A_VORBIS', []],
    ['V_MS/VFW/FOURCC', 'codecs of Video for Windows', 'V_MS/VFW/FOURCC', privately(new Uint8Array(40))],
    [true, 'stripped headers', 'V_MPEG4/ISO/AVC', encodings(compression(3))],
    ['zlib', 'zlib', 'V_MPEG4/ISO/AVC', encodings(compression(0))],
    ['zlib', 'compression that is not named', 'V_MPEG4/ISO/AVC', encodings(element(ID.contentCompression, []))],
    ['scope', 'stripped codec data', 'V_MPEG4/ISO/AVC', encodings(element(ID.contentEncodingScope, 3), compression(3))],
    ['encrypted', 'encryption', 'V_MPEG4/ISO/AVC', encodings(element(ID.contentEncodingType, 1))],
    ['time scale', 'a time scale of its own', 'V_VP9', [element(ID.trackTimestampScale, float64(2))]],
  ])('says %s of %s', async (expected, _, codec, more) => {
    const type = codec.startsWith('V') ? 1 : 2
    const mkv = await read(matroska([trackEntry({ type, codec, more })], cluster(0, BLOCK)))
    const answer = directlyReadable(mkv, 1)
    expect(answer).toEqual(
      expected === true ? { readable: true } : { readable: false, reason: expect.stringContaining(String(expected)) },
    )
  })

  it('knows only tracks that exist', async () => {
    expect(directlyReadable(await read(matroska([trackEntry()])), 2).readable).toBe(false)
  })
})
