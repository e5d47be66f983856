import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiFailure, tooManyRequests } from './api-failure.ts'
import type { Emulator } from './emulator.ts'
import type { Bot, StoredFile } from './entities.ts'
import { type Fault, secondsOf } from './fault-script.ts'
import { flipBitIn } from './flip-bit.ts'
import type { JournalCall } from './journal.ts'
import { startPace } from './pacing.ts'
import { abandon, failureReply, htmlReply, type Reply, send } from './reply.ts'

export interface DownloadRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly bot: Bot
  readonly path: string
  readonly signal: AbortSignal
}

interface Piece {
  readonly start: number
  /** Before which it ends. */
  readonly end: number
  readonly isPartial: boolean
}

/** Gives out a file at the path that `getFile` named. */
export async function serveDownload(emulator: Emulator, download: DownloadRequest): Promise<void> {
  const { clock, journal, faults, network } = emulator
  const { bot, response, signal } = download
  const target = { method: 'download', botId: bot.id, chatId: null }
  const entry = journal.begin({ ...target, arrivedMs: clock.nowMs(), isEarly: false })
  const fault = faults.next(target)
  entry.fault = fault?.do
  try {
    if (network.latencyMs > 0) await clock.sleep(network.latencyMs, signal)
    if (fault?.do === 'delay') await clock.sleep(fault.ms, signal)
    const reply = instead(fault, emulator.world.random)
    if (fault?.do === 'hang') return await hang(signal)
    if (fault?.do === 'cut-before' || fault?.do === 'cut-after') {
      entry.status = 0
      return await abandon(response, fault.reset)
    }
    if (reply) return await refuse(emulator, response, entry, reply)
    const file = emulator.world.files.follow(bot, download.path, clock.nowMs())
    if (!emulator.world.isFileReachable(file)) throw new ApiFailure(404, 'Not Found')
    await deliver(emulator, download, file, entry, fault)
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error
    await refuse(emulator, response, entry, failureReply(error))
  } finally {
    entry.endedMs = clock.nowMs()
    entry.status ??= 0
  }
}

async function hang(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

function instead(fault: Fault | undefined, random: () => number): Reply | undefined {
  if (fault?.do === 'html') return htmlReply(fault.status)
  if (fault?.do === 'flood') return failureReply(tooManyRequests(secondsOf(fault.retryAfterSec, random)))
  if (fault?.do !== 'answer') return undefined
  return failureReply(new ApiFailure(fault.code, fault.description, fault.parameters))
}

async function refuse({ clock }: Emulator, response: ServerResponse, entry: JournalCall, reply: Reply): Promise<void> {
  entry.status = reply.status
  entry.description = reply.description
  await send(response, reply, clock)
}

async function deliver(
  emulator: Emulator,
  { request, response, signal }: DownloadRequest,
  file: StoredFile,
  entry: JournalCall,
  fault: Fault | undefined,
): Promise<void> {
  const { byteLength } = file.content
  const whole = { start: 0, end: byteLength, isPartial: false }
  const { start, end, isPartial } = emulator.world.habits.ranges ? pieceOf(request.headers.range, byteLength) : whole
  const { sentBytes, announcedBytes, reset } = lengthsOf(end - start, fault)
  entry.status = isPartial ? 206 : 200
  response.writeHead(entry.status, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': announcedBytes,
    ...(isPartial && { 'Content-Range': `bytes ${start}-${end - 1}/${byteLength}` }),
  })
  if (request.method === 'HEAD') return void response.end()
  const pace = startPace(emulator.clock, fault?.do === 'drip' ? fault.bytesPerSec : emulator.network.bytesPerSec)
  const flippedBit = flippedBitOf(fault, byteLength, emulator.world.random)
  for await (const piece of piecesOf(file.content.read(start, start + sentBytes), pace.stepBytes)) {
    if (response.destroyed) return
    const hasRoom = response.write(flipped(piece, start + entry.bytesOut, flippedBit))
    entry.bytesOut += piece.length
    if (!hasRoom) await once(response, 'drain', { signal })
    await pace.passed(piece.length, signal)
  }
  if (announcedBytes > entry.bytesOut) return await abandon(response, reset)
  await new Promise<void>((done) => response.end(done))
}

async function* piecesOf(chunks: AsyncIterable<Buffer>, stepBytes: number): AsyncIterable<Buffer> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += stepBytes) yield chunk.subarray(at, at + stepBytes)
  }
}

/** How much is sent, and how much is said to come. */
function lengthsOf(byteLength: number, fault: Fault | undefined) {
  if (fault?.do !== 'short-body') return { sentBytes: byteLength, announcedBytes: byteLength, reset: false }
  const sentBytes = Math.min(byteLength, fault.bytes ?? Math.floor(byteLength / 2))
  return { sentBytes, announcedBytes: fault.clean ? sentBytes : byteLength, reset: fault.reset }
}

function flippedBitOf(fault: Fault | undefined, byteLength: number, random: () => number): number | null {
  if (fault?.do !== 'flip-bit') return null
  return fault.bit ?? Math.floor(random() * byteLength * 8)
}

/** The piece, or a copy with the bit turned if it lies in it. */
function flipped(piece: Buffer, offset: number, bit: number | null): Buffer {
  if (bit === null) return piece
  const index = Math.floor(bit / 8) - offset
  if (index < 0 || index >= piece.length) return piece
  const copy = Buffer.from(piece)
  flipBitIn(copy, index * 8 + (bit % 8))
  return copy
}

/** One range is obeyed; anything else gets the whole. */
function pieceOf(range: string | undefined, byteLength: number): Piece {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? []
  const start = Number(first ?? 0)
  if (first === undefined || start >= byteLength) return { start: 0, end: byteLength, isPartial: false }
  const end = last ? Math.min(byteLength, Number(last) + 1) : byteLength
  return end > start ? { start, end, isPartial: true } : { start: 0, end: byteLength, isPartial: false }
}
