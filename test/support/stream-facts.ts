import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { COUNTER_BITS, COUNTER_BLOCK_PIXELS } from './media-matrix-pictures.ts'

const run = promisify(execFile)
const ROOM = { maxBuffer: 256 * 1024 * 1024, timeout: 90_000 }

export interface Packet {
  readonly ptsSec: number
  readonly durationSec: number
  /** Of the bytes. */
  readonly hash: string
  /** Outside of the edit list: read, but not part of the film. */
  readonly discarded: boolean
}

export interface Stream {
  readonly codec: string
  readonly kind: 'video' | 'audio' | 'subtitle'
  readonly sampleRate: number
  readonly channels: number
}

/** The streams of a file or playlist as ffprobe sees them. */
export async function streamsOf(address: string): Promise<readonly Stream[]> {
  const entries = 'stream=codec_name,codec_type,sample_rate,channels'
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'json', address], ROOM)
  const { streams } = JSON.parse(stdout) as { streams: readonly Record<string, string>[] }
  return streams.map(({ codec_name, codec_type, sample_rate, channels }) => ({
    codec: codec_name ?? '',
    kind: codec_type as Stream['kind'],
    sampleRate: Number(sample_rate ?? 0),
    channels: Number(channels ?? 0),
  }))
}

/** Every packet of a stream (`v:0`, `a:1`) in the order of the file. */
export async function packetsOf(address: string, stream: string): Promise<readonly Packet[]> {
  const entries = 'packet=pts_time,duration_time,flags,data_hash'
  const args = ['-v', 'error', '-select_streams', stream, '-show_data_hash', 'CRC32', '-show_entries', entries]
  const { stdout } = await run('ffprobe', [...args, '-of', 'json', address], ROOM)
  const { packets } = JSON.parse(stdout) as { packets: readonly Record<string, string>[] }
  return packets.map(({ pts_time, duration_time, flags, data_hash }) => ({
    ptsSec: Number(pts_time),
    durationSec: Number(duration_time ?? 0),
    hash: data_hash ?? '',
    discarded: flags?.includes('D') ?? false,
  }))
}

const FILTERS: Readonly<Record<string, string>> = {
  h264: 'h264_mp4toannexb,filter_units=remove_types=6-9',
  hevc: 'hevc_mp4toannexb,filter_units=remove_types=32-35',
}

/**
 * A hash of the coded pictures alone: the same whether they lie in MPEG-TS (start codes, delimiters, parameter sets
 * repeated) or in MP4 (lengths, parameter sets apart). In H.264 without the messages beside them (SEI), of which those are
 * blanked that make browsers begin where they cannot.
 */
export async function codedPicturesHash(address: string, codec: 'h264' | 'hevc'): Promise<string> {
  const copy = ['-map', '0:v:0', '-c', 'copy', '-bsf:v', FILTERS[codec] ?? '', '-f', codec]
  const hash = ['-v', 'error', '-i', address, ...copy, '-']
  const { stdout } = await run('ffmpeg', ['-nostdin', ...hash], { ...ROOM, encoding: 'buffer' })
  return createHash('sha256').update(stdout).digest('hex')
}

export interface Picture {
  readonly ptsSec: number
  /** What stands in its frame counter. */
  readonly number: number
}

/** Every decoded picture in the order of showing. Complaints of the decoder reject. */
export async function picturesOf(address: string): Promise<readonly Picture[]> {
  const width = COUNTER_BITS * COUNTER_BLOCK_PIXELS
  const look = `crop=${width}:${COUNTER_BLOCK_PIXELS}:0:0,scale=${COUNTER_BITS}:1:flags=area,format=gray`
  const input = ['-nostdin', '-v', 'error', '-noautorotate', '-i', address, '-map', '0:v:0', '-fps_mode', 'passthrough']
  const times = ['-copyts', '-enc_time_base', '1:90000']
  const [blocks, hashes] = await Promise.all([
    run('ffmpeg', [...input, ...times, '-vf', look, '-f', 'rawvideo', '-'], { ...ROOM, encoding: 'buffer' }),
    run('ffmpeg', [...input, ...times, '-f', 'framecrc', '-'], ROOM),
  ])
  const complaint = blocks.stderr.toString().trim()
  if (complaint !== '') throw new Error(`${address}: ${complaint}`)
  const lines = hashes.stdout.split('\n').filter((line) => /^\d/.test(line))
  return lines.map((line, index) => ({
    ptsSec: Number(line.split(',')[2]) / 90_000,
    number: numberIn(blocks.stdout.subarray(index * COUNTER_BITS, (index + 1) * COUNTER_BITS)),
  }))
}

function numberIn(blocks: Uint8Array): number {
  return [...blocks].reduce((sum, luma, bit) => sum + (luma > 127 ? 2 ** bit : 0), 0)
}

/** A hash of each packet of sound, without the ADTS headers that MPEG-TS puts before AAC. */
export async function soundPacketHashes(address: string, stream: string): Promise<readonly string[]> {
  const { codec } = (await streamsOf(address)).filter(({ kind }) => kind === 'audio')[Number(stream.slice(2))] ?? {}
  const bare = codec === 'aac' ? ['-bsf:a', 'aac_adtstoasc'] : []
  const copy = ['-map', `0:${stream}`, '-c', 'copy', '-copyts', ...bare, '-f', 'framehash', '-hash', 'crc32', '-']
  const { stdout } = await run('ffmpeg', ['-nostdin', '-v', 'error', '-i', address, ...copy], ROOM)
  const lines = stdout.split('\n').filter((line) => /^\d/.test(line))
  // Behind the hash stand those of side data, which is none of the stream.
  return lines.map((line) => line.split(',')[5]?.trim() ?? '')
}

/** How many samples of sound come out of the decoder. */
export async function soundSamplesOf(address: string, stream: string): Promise<number> {
  const decode = ['-map', `0:${stream}`, '-ac', '1', '-c:a', 'pcm_s16le', '-f', 's16le', '-']
  const input = ['-nostdin', '-v', 'error', '-i', address]
  const { stdout } = await run('ffmpeg', [...input, ...decode], { ...ROOM, encoding: 'buffer' })
  return stdout.byteLength / 2
}
