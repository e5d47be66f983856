import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { playlist, type Resource } from './answer.ts'
import { bytesBody } from './body.ts'
import type { Origin } from './start-origin.ts'
import { type StreamTruth, TruthKeeper } from './truth.ts'
import { playlistText } from './write-stream.ts'

const run = promisify(execFile)
const SHELF = fileURLToPath(new URL('../../.media', import.meta.url))

/** 200 segments of two seconds, 298,071,556 bytes in all. */
const SPEED_SEGMENTS = 200
const PACKETS = 1_585_487
const PACKET_BYTES = 188
const LOOPS = 40
const SEED_SEC = 10

/** One connection's rate and wait of the profile. */
export const SPEED_NETWORK = { latencyMs: 40, bytesPerSec: 8_000_000 } as const

/**
 * MPEG-TS that plays: ten seconds of H.264 and AAC again and again with running timestamps, each segment filled up with null packets
 * to the same length. Made once, kept as one file.
 */
export async function speedStream(origin: Origin, folder = '/speed/'): Promise<StreamTruth> {
  const film = await readFile(await speedFilm())
  const keeper = new TruthKeeper()
  const lines: string[][] = []
  for (let index = 0, at = 0; index < SPEED_SEGMENTS; index++) {
    const end = packetsBefore(index + 1) * PACKET_BYTES
    const bytes = film.subarray(at, end)
    const what: Resource = { kind: 'resource', body: bytesBody(bytes), contentType: 'video/mp2t', etag: `"${index}"` }
    origin.put(`${folder}segment-${index}.ts`, what)
    lines.push(['#EXTINF:2.000000,', `segment-${index}.ts`])
    keeper.add(bytes, 2)
    at = end
  }
  const url = origin.put(`${folder}index.m3u8`, playlist(playlistText(lines, 2)))
  return { url, renditions: { main: keeper.truth } }
}

function packetsBefore(segment: number): number {
  return Math.floor((PACKETS * segment) / SPEED_SEGMENTS)
}

/** All segments one behind another. */
async function speedFilm(): Promise<string> {
  const path = `${SHELF}/speed-1.ts`
  if (existsSync(path)) return path
  const scratch = `${SHELF}/speed-making-${process.pid}`
  await mkdir(scratch, { recursive: true })
  try {
    await cut(scratch)
    await rename(await filledUp(scratch), path)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  return path
}

async function cut(folder: string): Promise<void> {
  const inFolder = { cwd: folder }
  const sources = [
    ...['-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=25,noise=alls=12:allf=t,format=yuv420p'],
    ...['-f', 'lavfi', '-i', 'sine=f=440:r=48000'],
  ]
  const codecs = [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-keyint_min', '50', '-sc_threshold', '0'],
    ...['-b:v', '5M', '-maxrate', '5M', '-bufsize', '1M', '-c:a', 'aac', '-b:a', '96k', '-ac', '2'],
  ]
  const quiet = ['-nostdin', '-v', 'error']
  await run('ffmpeg', [...quiet, ...sources, '-t', String(SEED_SEC), ...codecs, 'seed.mp4'], inFolder)
  const loop = ['-stream_loop', String(LOOPS - 1), '-i', 'seed.mp4', '-map', '0', '-c', 'copy']
  const segments = ['-f', 'segment', '-segment_time', '2', '-segment_format', 'mpegts', '-segment_list_size', '0']
  // Sound of the seed is a frame longer than its picture; the loops grow by that much, which ends in one segment too many.
  await run('ffmpeg', [...quiet, ...loop, ...segments, '%05d.ts'], inFolder)
}

async function filledUp(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort()
  if (names.length < SPEED_SEGMENTS) throw new Error(`ffmpeg cut ${names.length} segments, not ${SPEED_SEGMENTS}.`)
  const path = `${folder}/film`
  await using file = await open(path, 'w')
  for (let index = 0; index < SPEED_SEGMENTS; index++) {
    const source = `${folder}/${names[index]}`
    const wanted = (packetsBefore(index + 1) - packetsBefore(index)) * PACKET_BYTES
    const { size } = await stat(source)
    if (size > wanted) throw new Error(`Segment ${index} has ${size} bytes, more than ${wanted}.`)
    await file.write(await readFile(source))
    await file.write(nullPackets((wanted - size) / PACKET_BYTES))
  }
  return path
}

/** ISO/IEC 13818-1, PID 0x1FFF: every demuxer drops them. */
function nullPackets(count: number): Buffer {
  const packet = Buffer.alloc(PACKET_BYTES, 0xff)
  packet.set([0x47, 0x1f, 0xff, 0x10])
  return Buffer.alloc(count * PACKET_BYTES, packet)
}
