import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiFailure } from './api-failure.ts'
import type { Args } from './args.ts'
import type { Method } from './call.ts'
import type { Emulator } from './emulator.ts'
import type { Bot } from './entities.ts'
import { type Fault, secondsOf } from './fault-script.ts'
import { memoryContent } from './file-content.ts'
import { flipBit, flipBitIn } from './flip-bit.ts'
import { happen } from './make-happen.ts'
import type { JournalCall } from './journal.ts'
import { startPace } from './pacing.ts'
import type { RatedCall, RateKind } from './rates.ts'
import type { ReceivedFile } from './received-file.ts'
import { CutHere, readArgs } from './read-args.ts'
import { abandon, type Delivery, failureReply, htmlReply, okReply, type Reply, send } from './reply.ts'

export interface CallRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly bot: Bot
  readonly methodName: string
  readonly method: Method
  readonly query: URLSearchParams
  readonly signal: AbortSignal
}

/** Reads a call, lets it go wrong if it has to, carries it out, answers. */
export async function serveCall(emulator: Emulator, call: CallRequest): Promise<void> {
  const exchange = new Exchange(emulator, call)
  try {
    await exchange.run()
  } finally {
    exchange.entry.endedMs = emulator.clock.nowMs()
    exchange.entry.status ??= 0
  }
}

class Exchange {
  readonly #emulator: Emulator
  readonly #call: CallRequest
  readonly #arrivedMs: number
  #entry: JournalCall | undefined
  #rated: RatedCall | undefined
  #fault: Fault | undefined
  #bytesIn = 0

  constructor(emulator: Emulator, call: CallRequest) {
    this.#emulator = emulator
    this.#call = call
    this.#arrivedMs = emulator.clock.nowMs()
  }

  get entry(): JournalCall {
    return this.#entry ?? this.#begin(null, 1)
  }

  async run(): Promise<void> {
    const { clock, network } = this.#emulator
    const { response, signal } = this.#call
    let reply: Reply | undefined
    try {
      const args = await this.#read()
      reply = await this.#answer(args)
    } catch (error) {
      if (error instanceof CutHere) return await this.#cut(isReset(this.#fault))
      if (!(error instanceof ApiFailure)) throw error
      reply = failureReply(error)
    }
    if (network.latencyMs > 0) await clock.sleep(network.latencyMs, signal)
    if (!reply) return await whenGone(signal)
    const fault = this.#fault
    if (fault?.do === 'cut-after') return await this.#cut(fault.reset)
    this.entry.status = reply.status
    this.entry.description = reply.description
    this.entry.bytesOut = reply.body.length
    await send(response, reply, clock, deliveryOf(fault, reply))
    if (reply.retryAfterSec !== undefined && this.#rated) this.#emulator.limiter.told(this.#rated, clock.nowMs())
  }

  async #read(): Promise<Args> {
    const { clock, network, world, openSink } = this.#emulator
    const { request, query, signal, method } = this.#call
    const args = await readArgs(request, query, {
      pace: startPace(clock, network.bytesPerSec),
      uploadLimitBytes: world.habits.uploadLimitBytes,
      openSink,
      signal,
      onFile: (known) => {
        if (!this.#entry) this.#begin(this.#chatIdOf(known), 1)
        return cutAt(this.#fault, request)
      },
      onBytes: (byteLength) => {
        this.#bytesIn += byteLength
        if (this.#entry) this.#entry.bytesIn = this.#bytesIn
      },
    })
    const count = method.count?.(args) ?? 1
    if (!this.#entry) this.#begin(this.#chatIdOf(args), count)
    else if (this.#rated) this.#rated = { ...this.#rated, count }
    if (this.#fault?.do === 'cut-before') throw new CutHere()
    return args
  }

  /** What comes back; undefined for nothing, ever. */
  async #answer(args: Args): Promise<Reply | undefined> {
    const fault = this.#fault
    const before = await this.#before(fault)
    if (before !== 'goes on') return before
    const result = await this.#carryOut(args)
    const instead = this.#instead(fault)
    if (instead !== 'goes on') return instead
    return okReply(fault?.do === 'wrong-size' ? withWrongSizes(result, fault.delta) : result)
  }

  /** Faults that strike before anything is done. */
  async #before(fault: Fault | undefined): Promise<Reply | undefined | 'goes on'> {
    if (fault?.do === 'delay') await this.#emulator.clock.sleep(fault.ms, this.#call.signal)
    if (fault?.do === 'happen') for (const event of fault.events) happen(this.#emulator, event)
    return fault && 'stored' in fault && fault.stored ? 'goes on' : this.#instead(fault)
  }

  /** What is answered in place of the result, if anything. */
  #instead(fault: Fault | undefined): Reply | undefined | 'goes on' {
    if (fault?.do === 'hang') return undefined
    if (fault?.do === 'html') return htmlReply(fault.status)
    if (fault?.do === 'answer') throw new ApiFailure(fault.code, fault.description, fault.parameters)
    if (fault?.do === 'flood') throw this.#flood(fault.retryAfterSec)
    return 'goes on'
  }

  async #carryOut(args: Args): Promise<unknown> {
    const { world, updates, limiter, clock } = this.#emulator
    const { bot, method, signal } = this.#call
    if (this.#rated) {
      limiter.admit(this.#rated, clock.nowMs())
      for (const { content } of args.files) {
        const waitMs = limiter.equalSizeWaitMs(bot.id, content.byteLength, clock.nowMs())
        if (waitMs > 0) await clock.sleep(waitMs)
      }
    }
    args.replaceFiles((file) => damaged(file, this.#fault, world.random))
    const result = await method.run({ world, updates, bot, args, signal })
    this.entry.messageIds = messageIdsOf(result)
    return result
  }

  #begin(chatId: number | null, count: number): JournalCall {
    const { journal, limiter, faults } = this.#emulator
    const { bot, method, methodName } = this.#call
    const target = { method: methodName, botId: bot.id, chatId }
    const rated = this.#ratedCall(chatId, method.rate ?? 'read', count)
    if (method.rate !== null) this.#rated = rated
    this.#entry = journal.begin({
      ...target,
      arrivedMs: this.#arrivedMs,
      isEarly: this.#rated !== undefined && limiter.isEarly(rated),
    })
    this.#entry.bytesIn = this.#bytesIn
    this.#fault = faults.next(target)
    this.#entry.fault = this.#fault?.do
    return this.#entry
  }

  #chatIdOf(args: Args): number | null {
    const text = args.text('chat_id')
    if (text?.startsWith('@')) return this.#emulator.world.publicChat(text.slice(1))?.id ?? null
    return args.int('chat_id') ?? null
  }

  #flood(retryAfterSec: number | readonly [number, number]): Error {
    const { limiter, clock, world } = this.#emulator
    this.#rated ??= this.#ratedCall(null, 'message', 1)
    return limiter.flood(this.#rated, secondsOf(retryAfterSec, world.random), clock.nowMs())
  }

  #ratedCall(chatId: number | null, kind: RateKind, count: number): RatedCall {
    const connection = this.#call.request.socket
    return { botId: this.#call.bot.id, chatId, kind, count, arrivedMs: this.#arrivedMs, connection }
  }

  async #cut(reset = false): Promise<void> {
    this.entry.status = 0
    await abandon(this.#call.response, reset)
  }
}

async function whenGone(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

function isReset(fault: Fault | undefined): boolean {
  return fault?.do === 'cut-before' && fault.reset === true
}

function cutAt(fault: Fault | undefined, request: IncomingMessage): number | undefined {
  if (fault?.do !== 'cut-before') return undefined
  const half = Math.floor(Number(request.headers['content-length'] ?? 2) / 2)
  return fault.afterBytes ?? half
}

function deliveryOf(fault: Fault | undefined, reply: Reply): Delivery {
  if (fault?.do === 'drip') return { bytesPerSec: fault.bytesPerSec }
  if (fault?.do !== 'short-body') return {}
  const bytes = fault.bytes ?? Math.floor(reply.body.length / 2)
  return { bytes, clean: fault.clean, reset: fault.reset }
}

/** What the fault makes of an upload. */
function damaged(file: ReceivedFile, fault: Fault | undefined, random: () => number): ReceivedFile {
  const { content } = file
  const anyBit = () => Math.floor(random() * content.byteLength * 8)
  if (fault?.do === 'store-flipped') return { ...file, content: flipBit(content, fault.bit ?? anyBit()) }
  if (fault?.do !== 're-encode') return file
  // Smaller, and not the same bytes: what becomes of a film that is sent for watching.
  const smaller = Buffer.from(content.bytes().subarray(0, Math.ceil(content.byteLength * 0.9)))
  for (let at = 0; at < smaller.length; at += 1000) flipBitIn(smaller, at * 8)
  return { ...file, content: memoryContent([smaller]) }
}

function messageIdsOf(result: unknown): number[] {
  const results = Array.isArray(result) ? (result as unknown[]) : [result]
  return results.flatMap((item) => {
    const id = (item as { message_id?: unknown } | null)?.message_id
    return typeof id === 'number' ? [id] : []
  })
}

/** Every `file_size` in the answer is off by so much. */
function withWrongSizes(result: unknown, delta: number): unknown {
  return JSON.parse(
    JSON.stringify(result, (key, value: unknown) =>
      key === 'file_size' && typeof value === 'number' ? Math.max(0, value + delta) : value,
    ),
  )
}
