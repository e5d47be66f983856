import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { ContainerError } from '../container-error.ts'
import type { ContainerTrack, Sample } from '../sample.ts'
import { concat } from './box-writer.ts'
import { composeFragmentHeader } from './compose-fragment.ts'
import { composeInit } from './compose-init.ts'
import { readFragmentStream } from './fragment-stream.ts'
import { ENCODED_TIMES_OPTIONS, FRAGMENT_STREAM_OPTIONS } from './fragment-stream-options.ts'
import { complaintsAbout, mediaFolder, PICTURES, type ProbedStream, probe, TONE, words } from './media.test-support.ts'

const media = mediaFolder()
afterAll(() => media[Symbol.dispose]())

const H264 = '-c:v libx264 -preset veryfast -bf 3 -g 25'
const BOTH = `${PICTURES} ${TONE}`
const mp4 = media.make('b-frames.mp4', `${BOTH} ${H264} -c:a aac`)
const mkv = media.make('b-frames.mkv', `${BOTH} ${H264} -c:a aac`)
const ts = media.make('b-frames.ts', `${BOTH} ${H264} -c:a aac`)
const late = media.make('late.mp4', `-itsoffset 5 -i ${mp4} -c copy`)
const trimmed = media.make('trimmed.mp4', `-i ${mkv} -ss 1.1 -c copy -avoid_negative_ts disabled`)
const vfr = media.make(
  'vfr.mkv',
  `${BOTH} -vf select=not(between(mod(n\\,10)\\,3\\,5)) -vsync vfr ${H264} -c:a libopus`,
)
const surround = media.make(
  'surround.mkv',
  `${BOTH} ${TONE} ${H264} -map 0 -map 1 -map 2 -c:a:0 ac3 -ac:a:0 6 -c:a:1 flac`,
)

describe('times of copied packets are those of the source', () => {
  const sources = { mp4, mkv, late, trimmed, vfr, surround }
  it.each(Object.entries(sources))('%s', async (_, file) => {
    const parsed = await streamOf(file, '-c copy')
    for (const [index, stream] of probe(file).entries()) {
      const track = parsed[index]
      expect(track?.samples.map(sizeAndSync)).toEqual(stream.packets.map(sizeAndSync))
      expect(track?.hashes).toEqual(stream.packets.map((packet) => packet.hash))
      expect(furthestApart(track, stream, 'pts')).toBeLessThan(0.0006)
      expect(furthestApart(track, stream, 'dts')).toBeLessThan(0.0006)
    }
  })

  it('MPEG-TS, whose bytes take another form', async () => {
    const parsed = await streamOf(ts, '-c copy -bsf:a aac_adtstoasc')
    for (const [index, stream] of probe(ts).entries()) {
      const track = parsed[index]
      expect(track?.samples.map((one) => one.sync)).toEqual(stream.packets.map((one) => one.sync))
      expect(furthestApart(track, stream, 'pts')).toBe(0)
      expect(furthestApart(track, stream, 'dts')).toBe(0)
    }
  })
})

describe('encoded tracks', () => {
  it.each([[mp4], [ts], [late], [vfr]])('keep the time of every picture and of the sound: %s', async (file) => {
    const options = `-c:v libx264 -preset ultrafast -bf 2 -c:a aac ${ENCODED_TIMES_OPTIONS.join(' ')}`
    const [video, audio] = await streamOf(file, options)
    const [pictures, sound] = probe(file)
    if (!(video && audio && pictures && sound)) throw new Error('two tracks expected')
    const shown = pictures.packets.map((packet) => packet.pts / pictures.timescale).sort((a, b) => a - b)
    const got = video.samples.map((sample) => sample.pts / video.track.timescale).sort((a, b) => a - b)
    expect(got.map(milliseconds)).toEqual(shown.map(milliseconds))
    const [first] = sound.packets.filter((packet) => !packet.discarded)
    const priming = 1024 / audio.track.timescale
    const begin = (audio.samples[0]?.pts ?? 0) / audio.track.timescale + priming
    // Within what Opus throws away at its beginning (6.5 ms).
    expect(Math.abs(begin - (first?.pts ?? 0) / sound.timescale)).toBeLessThan(0.008)
  })
})

it('knows every duration as the distance to the next sample, over the borders of fragments', async () => {
  for (const { samples } of await streamOf(vfr, '-c:v libx264 -preset ultrafast -c:a aac -vsync passthrough')) {
    const distances = samples.slice(1).map((sample, index) => sample.dts - (samples[index]?.dts ?? 0))
    expect(samples.slice(0, -1).map((sample) => sample.duration)).toEqual(distances)
    expect(samples.at(-1)?.duration).toBeGreaterThan(0)
  }
})

describe('composed segments', () => {
  const surroundTracks = [0, 1, 2].map((index) => ['surround.mkv', surround, index] as const)
  it.each([['b-frames.mp4', mp4, 0], ['b-frames.mp4', mp4, 1], ['vfr.mkv', vfr, 0], ...surroundTracks] as const)(
    'play without a warning and with the same packets: %s, %s, track %i',
    async (name, file, index) => {
      const parsed = (await streamOf(file, '-c copy'))[index]
      if (parsed === undefined) throw new Error('track expected')
      const composed = `${media.path}/${name}-${index}.composed.mp4`
      writeFileSync(composed, compose(parsed, 17))
      expect(complaintsAbout(composed)).toBe('')
      const [again] = probe(composed)
      expect(again?.packets.map((packet) => packet.hash)).toEqual(parsed.hashes)
      const origin = 10 * parsed.track.timescale
      expect(again?.packets.map((packet) => packet.pts - origin)).toEqual(parsed.samples.map((one) => one.pts))
      expect(again?.packets.map(sizeAndSync)).toEqual(parsed.samples.map(sizeAndSync))
    },
  )
})

it('refuses what the fields of a fragment cannot hold', () => {
  const sample = { dts: 0, pts: 0, duration: 1, size: 1, sync: true }
  const plan = { sequence: 1, baseDts: 0, samples: [sample] }
  const wrong = [
    { ...plan, samples: [] },
    { ...plan, baseDts: -1 },
    { ...plan, samples: [{ ...sample, size: 2 ** 32 }] },
    { ...plan, samples: [{ ...sample, dts: 1 }, sample] },
    { ...plan, samples: [{ ...sample, pts: 2 ** 31 }] },
  ]
  for (const one of wrong) expect(() => composeFragmentHeader(one)).toThrow(ContainerError)
})

it('reads back whatever samples it composes', async () => {
  const ticks = fc.integer({ min: 0, max: 5000 })
  const field = { duration: ticks, size: fc.nat(40), shift: fc.integer({ min: -3000, max: 3000 }), sync: fc.boolean() }
  const base = fc.integer({ min: 0, max: 2 ** 50 })
  const [video] = await streamOf(mp4, '-c copy')
  if (video === undefined) throw new Error('video expected')
  await fc.assert(
    fc.asyncProperty(base, fc.array(fc.record(field), { minLength: 1, maxLength: 20 }), async (baseDts, rows) => {
      let dts = baseDts
      const samples = rows.map(({ shift, ...row }) => {
        const sample = { ...row, dts, pts: dts + shift }
        dts += row.duration
        return sample
      })
      const payload = new Uint8Array(samples.reduce((sum, sample) => sum + sample.size, 0))
      const fragment = [composeFragmentHeader({ sequence: 1, baseDts, samples }), payload]
      const [read] = await parse(concat([composeInit(video.track), ...fragment]), 7)
      const lastIsUnknown = rows.at(-1)?.duration === 0
      const known = lastIsUnknown ? -1 : undefined
      expect(read?.samples.slice(0, known)).toEqual(samples.slice(0, known))
    }),
    { numRuns: 200 },
  )
})

it('answers every damaged stream with samples or a ContainerError', async () => {
  const intact = pipe(surround, '-c copy').subarray(0, 60_000)
  const damage = fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(damage, fc.nat(60_000), async (changes, length) => {
      const bytes = intact.slice(0, length % 2 === 0 ? length : intact.byteLength)
      for (const [at, value] of changes) bytes[at] = value
      try {
        await parse(bytes, 4096)
      } catch (error) {
        if (!(error instanceof ContainerError)) throw error
      }
    }),
    { numRuns: 1500 },
  )
})

it('says that a stream ended too early', async () => {
  const bytes = pipe(mp4, '-c copy')
  await expect(parse(bytes.subarray(0, 8000), 4096)).rejects.toMatchObject({ code: 'truncated' })
  await expect(parse(new Uint8Array(0), 4096)).rejects.toMatchObject({ code: 'not-this-container' })
})

interface ParsedTrack {
  readonly track: ContainerTrack
  readonly samples: Sample[]
  readonly hashes: string[]
  readonly payloads: Uint8Array[]
}

function pipe(file: string, codecs: string): Uint8Array {
  const output = ['-map', '0', ...words(codecs), ...FRAGMENT_STREAM_OPTIONS, 'pipe:1']
  const quiet = ['-v', 'error', '-nostdin', '-copyts', '-i', file]
  return execFileSync('ffmpeg', [...quiet, ...output], { maxBuffer: 2 ** 30 })
}

function streamOf(file: string, codecs: string): Promise<ParsedTrack[]> {
  return parse(pipe(file, codecs), 3001)
}

async function parse(bytes: Uint8Array, chunkLength: number): Promise<ParsedTrack[]> {
  let tracks: ParsedTrack[] = []
  for await (const part of readFragmentStream(chunks(bytes, chunkLength))) {
    if (part.kind === 'init') {
      tracks = part.tracks.map((track) => ({ track, samples: [], hashes: [], payloads: [] }))
      continue
    }
    const track = tracks.find((one) => one.track.id === part.batch.trackId)
    const payload = concat(part.batch.payload)
    let at = 0
    for (const sample of part.batch.samples) {
      const data = payload.subarray(at, at + sample.size)
      at += sample.size
      track?.samples.push(sample)
      track?.payloads.push(data)
      track?.hashes.push(createHash('sha256').update(data).digest('hex'))
    }
    expect(at).toBe(payload.byteLength)
  }
  return tracks
}

async function* chunks(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += length) yield bytes.subarray(start, start + length)
}

/** All samples in fragments of a few, from ten seconds on. */
function compose({ track, samples, payloads }: ParsedTrack, perFragment: number): Uint8Array {
  const parts: Uint8Array[] = [composeInit(track)]
  for (let start = 0; start < samples.length; start += perFragment) {
    const some = samples.slice(start, start + perFragment)
    const baseDts = (some[0]?.dts ?? 0) + 10 * track.timescale
    parts.push(composeFragmentHeader({ sequence: parts.length, baseDts, samples: some }))
    parts.push(...payloads.slice(start, start + perFragment))
  }
  return concat(parts)
}

function furthestApart(track: ParsedTrack | undefined, stream: ProbedStream, field: 'pts' | 'dts'): number {
  if (track === undefined) throw new Error('track expected')
  const distances = track.samples.map((sample, index) => {
    const told = stream.packets[index]?.[field] ?? Number.POSITIVE_INFINITY
    // ffprobe knows no decode time for the first reordered pictures of a Matroska file.
    return Number.isNaN(told) ? 0 : Math.abs(sample[field] / track.track.timescale - told / stream.timescale)
  })
  return Math.max(...distances)
}

function sizeAndSync({ size, sync }: { size: number; sync: boolean }): { size: number; sync: boolean } {
  return { size, sync }
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000)
}
