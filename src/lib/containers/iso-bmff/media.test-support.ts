import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RandomAccess } from '../random-access.ts'

/** A folder for tiny real files; gone when the tests of a file end. */
export interface MediaFolder extends Disposable {
  readonly path: string
  /** Runs ffmpeg with these arguments (one text, split at spaces) and the file as output; answers with its path. */
  make(name: string, args: string): string
}

export function mediaFolder(): MediaFolder {
  const path = mkdtempSync(join(tmpdir(), 'iso-bmff-'))
  return {
    path,
    make(name, args) {
      const file = join(path, name)
      execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...words(args), file], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      return file
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Decodes a whole file; answers with all that ffmpeg has to say against it. */
export function complaintsAbout(file: string): string {
  const { stderr, status } = spawnSync('ffmpeg', ['-v', 'warning', '-nostdin', '-i', file, '-f', 'null', '-'], {
    encoding: 'utf8',
  })
  return `${status === 0 ? '' : `exit ${status}: `}${stderr}`
}

export function words(args: string): string[] {
  return args.split(/\s+/).filter((word) => word !== '')
}

export const PICTURES = '-f lavfi -i testsrc=s=160x96:r=25:d=2,format=yuv420p'
export const TONE = '-f lavfi -i sine=d=2:r=48000'

/** A file through the door by which the readers see files; counts what is read. */
export interface OpenedFile extends RandomAccess, AsyncDisposable {
  bytesRead: number
}

export async function openFile(path: string): Promise<OpenedFile> {
  const handle = await open(path)
  const { size } = await handle.stat()
  const file: OpenedFile = {
    size,
    bytesRead: 0,
    async read(offset, length) {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset)
      file.bytesRead += bytesRead
      return buffer.subarray(0, bytesRead)
    },
    [Symbol.asyncDispose]: () => handle.close(),
  }
  return file
}

export function inMemory(bytes: Uint8Array): RandomAccess {
  return { size: bytes.byteLength, read: async (offset, length) => bytes.subarray(offset, offset + length) }
}

/** One packet as ffprobe tells it; times in ticks of the stream. */
export interface ProbedPacket {
  readonly pts: number
  readonly dts: number
  readonly duration: number
  readonly size: number
  readonly sync: boolean
  readonly hash: string
  readonly discarded: boolean
}

export interface ProbedStream {
  readonly timescale: number
  readonly fields: Readonly<Record<string, unknown>>
  readonly packets: readonly ProbedPacket[]
}

type Fields = Readonly<Record<string, string | number>>

/** Every stream of a file with its packets, as ffprobe sees them. */
export function probe(file: string, extra = ''): ProbedStream[] {
  const wanted = ['-show_streams', '-show_packets', '-show_data_hash', 'sha256', '-of', 'json']
  const text = execFileSync('ffprobe', ['-v', 'error', ...words(extra), ...wanted, file], { maxBuffer: 2 ** 30 })
  const told = JSON.parse(String(text)) as { streams: Fields[]; packets: Fields[] }
  return told.streams.map((fields) => {
    const own = told.packets.filter((packet) => packet.stream_index === fields.index)
    const timescale = Number(String(fields.time_base).split('/')[1])
    return { fields, timescale, packets: own.map(probedPacket) }
  })
}

function probedPacket(packet: Fields): ProbedPacket {
  const { pts, dts, duration, size, flags, data_hash: hash } = packet
  const times = { pts: Number(pts), dts: Number(dts), duration: Number(duration) }
  const [sync, discarded] = [String(flags).startsWith('K'), String(flags).includes('D')]
  return { ...times, size: Number(size), sync, discarded, hash: String(hash).replace('SHA256:', '') }
}
