import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { ContainerError } from '../container-error.ts'
import type { RandomAccess } from '../random-access.ts'
import type { Sample } from '../sample.ts'
import { type Box, boxesIn, requireBox, typeOf } from './box-reader.ts'
import { box, byteLengthOf, concat, fourCc, fullBox, u16, u32, u64 } from './box-writer.ts'
import { keyFrameIndexOf } from './key-frame-index-of.ts'
import { inMemory, mediaFolder, openFile, PICTURES, type ProbedStream, probe, TONE } from './media.test-support.ts'
import { type Movie, type MovieTrack, readMovie } from './read-movie.ts'
import { readMovieSamples } from './read-movie-samples.ts'
import { sampleAt } from './sample-table.ts'
import { readSampleTables } from './sample-tables.ts'

const media = mediaFolder()
afterAll(() => media[Symbol.dispose]())

const H264 = '-c:v libx264 -preset veryfast -bf 3 -g 25'
const BOTH = `${PICTURES} ${TONE}`
const plain = media.make('plain.mp4', `${BOTH} ${H264} -c:a aac`)
const mkv = media.make('plain.mkv', `${BOTH} ${H264} -c:a aac`)
const VFR = '-vf select=not(between(mod(n\\,10)\\,3\\,5)) -vsync vfr'

const FILES: Record<string, string> = {
  'moov last': plain,
  'moov first': media.make('first.mp4', `-i ${plain} -c copy -movflags +faststart`),
  fragmented: media.make('fragmented.mp4', `-i ${plain} -c copy -movflags +frag_keyframe+empty_moov`),
  'fragmented, first samples in moov': media.make('hybrid.mp4', `-i ${plain} -c copy -movflags +frag_keyframe`),
  'fragmented, with index': media.make('sidx.mp4', `-i ${plain} -c copy -movflags +dash+global_sidx+frag_keyframe`),
  'fragmented with a start delay': media.make(
    'fdelay.mp4',
    `-itsoffset 3 -i ${plain} -c copy -movflags +dash+delay_moov`,
  ),
  'fragmented, offsets from the beginning': media.make(
    'ism.mp4',
    `-i ${plain} -c copy -movflags +frag_keyframe+empty_moov+omit_tfhd_offset`,
  ),
  'negative offsets': media.make('negative.mp4', `-i ${plain} -c copy -movflags +negative_cts_offsets`),
  'without edit list': media.make('unedited.mp4', `-i ${plain} -c copy -use_editlist 0`),
  'variable frame rate': media.make('vfr.mp4', `${BOTH} ${VFR} ${H264} -c:a aac -ac 6`),
  'start delay': media.make('delay.mp4', `-itsoffset 5 -i ${plain} -c copy`),
  'sound later than picture': media.make(
    'late.mp4',
    `-i ${plain} -itsoffset 0.73 -i ${plain} -map 0:v -map 1:a -c copy`,
  ),
  'trimmed beginning': media.make('trimmed.mp4', `-ss 1.3 -i ${plain} -c copy`),
  'trimmed beginning of Matroska': media.make('trimmed-2.mp4', `-ss 0.7 -i ${mkv} -c copy -t 0.9`),
  'rotated phone video': media.make('rotated.mov', `-i ${plain} -c copy -metadata:s:v rotate=90`),
  'mov with ac3': media.make('ac3.mov', `${BOTH} ${H264} -c:a ac3`),
  'mov with mjpeg': media.make('mjpeg.mov', `${BOTH} -c:v mjpeg -c:a alac`),
  'mov with prores': media.make('prores.mov', `${BOTH} -c:v prores -c:a aac`),
  'open groups': media.make('open.mp4', `${BOTH} ${H264} -x264-params open-gop=1 -c:a libopus`),
  'hevc and flac': media.make(
    'hevc.mp4',
    `${BOTH} -c:v libx265 -x265-params log-level=error:keyint=20 -c:a flac -strict -2`,
  ),
  'vp9 and opus': media.make('vp9.mp4', `${BOTH} -c:v libvpx-vp9 -cpu-used 8 -c:a libopus`),
  'mpeg-4 asp and mp3': media.make('asp.mp4', `${BOTH} -c:v mpeg4 -bf 2 -c:a libmp3lame`),
  'sound only': media.make('sound.m4a', `${TONE} -c:a aac`),
  'with timed text': media.make('text.mp4', `-i ${plain} -i ${subtitles()} -c copy -c:s mov_text`),
}

describe('tells the packets that ffprobe tells', () => {
  it.each(Object.entries(FILES))('%s', async (_, file) => {
    await using source = await openFile(file)
    const movie = await readMovie(source)
    const probed = probe(file)
    expect(movie.tracks.length).toBe(probed.length)
    for (const [index, stream] of probed.entries()) expectSamePackets(movie.tracks[index], stream)
    const isSmall = source.bytesRead < source.size / 2 || movie.fragmented || source.size < 40_000
    expect(isSmall).toBe(true)
  })
})

describe('reads the payload that ffprobe hashes', () => {
  it.each(Object.entries(FILES))('%s', async (_, file) => {
    await using source = await openFile(file)
    const movie = await readMovie(source)
    const hashes = await hashesByTrack(source, movie, [Number.NEGATIVE_INFINITY, 0.5, 1])
    for (const [index, stream] of probe(file).entries()) {
      const track = movie.tracks[index]
      const told = stream.packets.slice(-(track?.samples.length ?? 0) || stream.packets.length)
      expect(hashes.get(track?.track.id ?? 0)).toEqual(told.map((packet) => packet.hash))
    }
  })
})

it('follows the standard where ffprobe is late: fragments with negative composition offsets', async () => {
  const file = media.make('cmaf.mp4', `-i ${plain} -c copy -movflags +cmaf -frag_duration 300000`)
  await using source = await openFile(file)
  const [video] = (await readMovie(source)).tracks
  const [probed] = probe(file)
  const late = 1024
  expect([...(video?.samples.pts ?? [])]).toEqual(probed?.packets.map((packet) => packet.pts - late))
  expect([...(video?.samples.dts ?? [])]).toEqual(probed?.packets.map((packet) => packet.dts - late))
})

describe('edit lists that ffmpeg does not write', () => {
  it.each([600, 1000, 1234, 1999])('show %i ms of the film, as ffprobe does', async (durationMs) => {
    const file = patched(`end-${durationMs}.mp4`, (bytes) => {
      for (const track of [0, 1]) elstOf(bytes, track).setUint32(8, durationMs)
    })
    const movie = await readMovie(inMemory(readFileSync(file)))
    for (const [index, stream] of probe(file).entries()) {
      const track = movie.tracks[index]
      const shown = (pts: number) => pts >= (track?.shownFromPts ?? 0) && pts < (track?.shownUntilPts ?? 0)
      const told = stream.packets.filter((packet) => !packet.discarded)
      const got = rowsOf(track).filter((row) => shown(row.pts))
      expect(got.map(timesOf)).toEqual(told.map(timesOf))
      // Behind the end ffprobe tells some more packets, which nobody needs.
      const all = stream.packets.slice(0, track?.samples.length)
      expect(rowsOf(track).map(timesOf)).toEqual(all.map(timesOf))
    }
  })

  it.each([1100, 1536, 5000, 12345])('begin between two pictures, at tick %i, as ffprobe does', async (mediaTime) => {
    const file = patched(`begin-${mediaTime}.mp4`, (bytes) => {
      for (const track of [0, 1]) elstOf(bytes, track).setUint32(12, mediaTime)
    })
    const movie = await readMovie(inMemory(readFileSync(file)))
    for (const [index, stream] of probe(file).entries()) expectSamePackets(movie.tracks[index], stream)
  })

  it('are left to ffmpeg when they change the speed or repeat a piece', async () => {
    const slow = patched('slow.mp4', (bytes) => elstOf(bytes, 0).setUint32(16, 0x8000))
    const [video, audio] = (await readMovie(inMemory(readFileSync(slow)))).tracks
    expect(video).toMatchObject({ directlyReadable: false, reason: 'an edit at speed 0.5', samples: { length: 0 } })
    expect(audio?.directlyReadable).toBe(true)
    const row = u32(1000, 0, 0x1_0000)
    const twice = fullBox('elst', 0, 0, u32(2), row, row)
    const [other] = (await readMovie(inMemory(withBox(plain, ['edts', 'elst'], twice)))).tracks
    expect(other).toMatchObject({ directlyReadable: false, reason: 'an edit list of 2 entries' })
  })
})

describe('other forms of the same tables give the same samples', () => {
  it('co64', async () => {
    const stco = requireBox(stblOf(plain), 'stco').body
    const offsets = Array.from({ length: stco.byteLength / 4 - 2 }, (_, row) =>
      Buffer.from(stco).readUInt32BE(8 + 4 * row),
    )
    await expectSameMovie(withBox(plain, STBL, fullBox('co64', 0, 0, u32(offsets.length), ...offsets.map(u64)), 'stco'))
  })

  it('stz2 with 16 bits', async () => {
    const stsz = Buffer.from(requireBox(stblOf(plain), 'stsz').body)
    const sizes = Array.from({ length: stsz.readUInt32BE(8) }, (_, row) => stsz.readUInt32BE(12 + 4 * row))
    await expectSameMovie(withBox(plain, STBL, fullBox('stz2', 0, 0, u32(16, sizes.length), u16(...sizes)), 'stsz'))
  })

  it.each([
    [4, [0x12, 0x30], [1, 2, 3]],
    [8, [1, 2, 3], [1, 2, 3]],
  ])('stz2 with %i bits', (bits, bytes, sizes) => {
    const stz2 = fullBox('stz2', 0, 0, u32(bits, 3), Uint8Array.from(bytes))
    const times = [fullBox('stts', 0, 0, u32(1, 3, 10)), fullBox('ctts', 1, 0, u32(1, 3, -5))]
    const places = [fullBox('stsc', 0, 0, u32(1, 1, 3, 1)), fullBox('co64', 0, 0, u32(1), u64(2 ** 40))]
    const table = readSampleTables(boxesIn(concat([stz2, ...times, ...places])))
    expect([...table.size]).toEqual(sizes)
    expect([...table.offset]).toEqual([2 ** 40, 2 ** 40 + 1, 2 ** 40 + 3])
    expect([...table.pts]).toEqual([-5, 5, 15])
    expect([...table.sync]).toEqual([1, 1, 1])
  })

  it('payload in a box with a 64-bit length, and in one that reaches to the end of the file', async () => {
    const bytes = readFileSync(media.make('faststart.mp4', `-i ${plain} -c copy -movflags +faststart`))
    const boxes = boxesIn(bytes)
    const mdat = boxes.find((one) => one.type === 'mdat')
    const open = Buffer.from(bytes)
    open.writeUInt32BE(0, mdat?.start ?? 0)
    await expectSameMovie(open)
    const long = Buffer.from(bytes)
    const free = boxes.find((one) => one.type === 'free')
    if (free?.whole.byteLength !== 8) throw new Error('room for a longer header expected')
    long.writeUInt32BE(1, free.start)
    long.write('mdat', free.start + 4, 'latin1')
    long.writeBigUInt64BE(BigInt((mdat?.whole.byteLength ?? 0) + 8), free.start + 8)
    await expectSameMovie(long)
  })
})

describe('leaves to ffmpeg, with the reason', () => {
  const entry = boxesIn(requireBox(stblOf(plain), 'stsd').body.subarray(8))[0]?.whole ?? new Uint8Array(0)

  it('encrypted tracks', async () => {
    const encrypted = concat([entry])
    encrypted.set([0x65, 0x6e, 0x63, 0x76], 4)
    const stsd = fullBox('stsd', 0, 0, u32(1), encrypted)
    expect(await reasonOf(withBox(plain, STBL, stsd))).toBe('encrypted (encv)')
  })

  it('several sample descriptions', async () => {
    const stsd = fullBox('stsd', 0, 0, u32(2), entry, entry)
    expect(await reasonOf(withBox(plain, STBL, stsd))).toBe('2 sample descriptions')
  })

  it('payload in another file', async () => {
    const dref = fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 0))
    expect(await reasonOf(withBox(plain, ['mdia', 'minf', 'dinf', 'dref'], dref))).toBe('payload in another file')
  })

  it('uncompressed sound', async () => {
    const file = media.make('pcm.mov', `${BOTH} ${H264} -c:a pcm_s16le`)
    const [video, audio] = (await readMovie(inMemory(readFileSync(file)))).tracks
    expect(video?.directlyReadable).toBe(true)
    expect(audio?.reason).toBe('sound that is not made of frames')
  })
})

describe('refuses, with a code', () => {
  it.each([
    ['nothing', new Uint8Array(0), 'not-this-container'],
    ['text', Buffer.from('#EXTM3U\nfile:///etc/passwd\n'), 'not-this-container'],
    ['zeros', new Uint8Array(4096), 'not-this-container'],
    ['a compressed movie header', box('moov', box('cmov', u32(1))), 'unsupported'],
    ['a file without index', concat([box('ftyp', u32(0)), box('mdat', new Uint8Array(99))]), 'not-this-container'],
    ['a file that ends in its payload', readFileSync(FILES['moov first'] ?? '').subarray(0, 9000), 'truncated'],
    ['a file that ends in its index', readFileSync(plain).subarray(0, -500), 'truncated'],
  ])('%s', async (_, bytes, code) => {
    await expect(readMovie(inMemory(bytes))).rejects.toMatchObject({ name: 'ContainerError', code })
  })

  it('an index of more than half a gigabyte, unread', async () => {
    const huge = { size: 2 ** 40, read: async () => concat([u32(1), fourCc('moov'), u64(2 ** 39)]) }
    await expect(readMovie(huge)).rejects.toMatchObject({ code: 'too-large' })
  })

  it('a table that promises more samples than fit, or all of them at the same place', async () => {
    const stsz = (size: number, count: number) => withBox(plain, STBL, fullBox('stsz', 0, 0, u32(size, count)))
    await expect(readMovie(inMemory(stsz(1, 0xffff_ffff)))).rejects.toMatchObject({ code: 'too-large' })
    await expect(readMovie(inMemory(stsz(0x7fff_ffff, 50)))).rejects.toMatchObject({ code: 'truncated' })
  })
})

it('answers every damaged file with samples or a ContainerError', async () => {
  const small = ['moov first', 'fragmented', 'open groups', 'mov with ac3', 'trimmed beginning', 'with timed text']
  const files = small.map((name) => readFileSync(FILES[name] ?? ''))
  const change = fc.tuple(fc.nat(), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 3, 64))
  const damage = fc.array(change, { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), damage, fc.nat(), async (file, changes, cut) => {
      const bytes = Uint8Array.from(cut % 4 === 0 ? file.subarray(0, cut % file.byteLength) : file)
      const index = indexRange(file)
      for (const [at, value] of changes) bytes[index.start + (at % index.length)] = value
      await readWhole(bytes)
    }),
    { numRuns: 3000 },
  )
}, 60_000)

async function readWhole(bytes: Uint8Array): Promise<void> {
  try {
    const file = inMemory(bytes)
    const movie = await readMovie(file)
    keyFrameIndexOf(movie)
    const trackIds = movie.tracks.filter((one) => one.directlyReadable).map(({ track }) => track.id)
    for await (const batch of readMovieSamples(file, movie, { trackIds, borders: [-1, 0, 0.5, 1.5] })) {
      const size = batch.samples.reduce((sum, sample) => sum + sample.size, 0)
      expect(byteLengthOf(batch.payload)).toBe(size)
    }
  } catch (error) {
    if (!(error instanceof ContainerError)) throw error
  }
}

/** Damage to payload proves nothing: where `moov` lies, or the first `moof` and what follows. */
function indexRange(bytes: Uint8Array): { start: number; length: number } {
  const moov = requireBox(boxesIn(bytes), 'moov')
  const isFragmented = boxesIn(bytes).some((one) => one.type === 'moof')
  return { start: moov.start, length: moov.whole.byteLength + (isFragmented ? 1500 : 0) }
}

const STBL = ['mdia', 'minf', 'stbl']

function stblOf(file: string): Box[] {
  return boxesIn(requireBox(boxesIn(readFileSync(file)), 'moov', 'trak', 'mdia', 'minf', 'stbl').body)
}

async function reasonOf(bytes: Uint8Array): Promise<string | null | undefined> {
  return (await readMovie(inMemory(bytes))).tracks[0]?.reason
}

async function expectSameMovie(bytes: Uint8Array): Promise<void> {
  const [reference, other] = [await readMovie(inMemory(readFileSync(plain))), await readMovie(inMemory(bytes))]
  for (const [index, { samples }] of reference.tracks.entries()) {
    const relative = rowsOf(other.tracks[index])
    expect(relative).toEqual(Array.from({ length: samples.length }, (_, row) => sampleAt(samples, row)))
  }
  const borders = [Number.NEGATIVE_INFINITY]
  expect(await hashesByTrack(inMemory(bytes), other, borders)).toEqual(
    await hashesByTrack(inMemory(readFileSync(plain)), reference, borders),
  )
}

/**
 * The file with a box of its first track replaced (`moov` lies behind the payload, so offsets hold): the one at the path,
 * or, where the path is that of `stbl`, the table `replaced` (by default that of the same type) inside of it.
 */
function withBox(file: string, path: readonly string[], by: Uint8Array, replaced = typeOf(by)): Uint8Array {
  const target = path.at(-1) === replaced ? path : [...path, replaced]
  let done = false
  const parts = boxesIn(readFileSync(file)).map((one) =>
    one.type === 'moov' ? rebuilt(one, ['trak', ...target]) : one.whole,
  )
  return concat(parts)

  function rebuilt(parent: Box, [next, ...rest]: readonly string[]): Uint8Array {
    const children = boxesIn(parent.body).map((child) => {
      if (child.type !== next || done) return child.whole
      if (rest.length > 0) return rebuilt(child, rest)
      done = true
      return by
    })
    return box(parent.type, ...children)
  }
}

/** A copy of the plain film with bytes changed in place. */
function patched(name: string, change: (bytes: Uint8Array) => void): string {
  const bytes = readFileSync(plain)
  change(bytes)
  writeFileSync(`${media.path}/${name}`, bytes)
  return `${media.path}/${name}`
}

function elstOf(bytes: Uint8Array, track: number): DataView {
  const traks = boxesIn(requireBox(boxesIn(bytes), 'moov').body).filter((one) => one.type === 'trak')
  const { body } = requireBox(boxesIn(traks[track]?.body ?? bytes), 'edts', 'elst')
  return new DataView(body.buffer, body.byteOffset, body.byteLength)
}

function rowsOf(track: MovieTrack | undefined): Sample[] {
  if (track === undefined) throw new Error('track expected')
  return Array.from({ length: track.samples.length }, (_, index) => sampleAt(track.samples, index))
}

function timesOf({ pts, dts, size, sync }: Omit<Sample, 'duration'>): Omit<Sample, 'duration'> {
  return { pts, dts, size, sync }
}

function subtitles(): string {
  const file = `${media.path}/text.srt`
  writeFileSync(file, '1\n00:00:00,200 --> 00:00:00,700\nOne\n\n2\n00:00:01,000 --> 00:00:01,500\nTwo\n')
  return file
}

function expectSamePackets(track: MovieTrack | undefined, stream: ProbedStream): void {
  if (track === undefined) throw new Error('track expected')
  expect(track.reason).toBe(null)
  expect(track.track.timescale).toBe(stream.timescale)
  expect(rowsOf(track).map(timesOf)).toEqual(stream.packets.map(timesOf))
}

async function hashesByTrack(file: RandomAccess, movie: Movie, borders: number[]): Promise<Map<number, string[]>> {
  const trackIds = movie.tracks.map(({ track }) => track.id)
  const hashes = new Map<number, string[]>(trackIds.map((id) => [id, []]))
  for await (const { trackId, samples, payload } of readMovieSamples(file, movie, { trackIds, borders })) {
    const bytes = concat(payload)
    let at = 0
    for (const { size } of samples) {
      hashes.get(trackId)?.push(
        createHash('sha256')
          .update(bytes.subarray(at, at + size))
          .digest('hex'),
      )
      at += size
    }
    expect(at).toBe(bytes.byteLength)
  }
  return hashes
}
