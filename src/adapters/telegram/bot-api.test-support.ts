import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { TelegramError } from './api-error.ts'
import { BotApi, type DocumentToSend } from './bot-api.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'

/** Shaped like a real one; must not turn up in anything. */
export const CANARY_TOKEN = '7123456789:AAcanaryCANARYcanaryCANARYcanaryCAN'

export interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The method's or file's name, below the token. */
  readonly what: string
  /** The whole body. */
  body(): Promise<Buffer>
  json(status: number, value: unknown, headers?: Record<string, string>): void
  ok(result: unknown): void
  fail(status: number, description: string, parameters?: unknown): void
  /** Cuts the connection. */
  cut(): void
}

export interface AnswerServer extends AsyncDisposable {
  readonly root: string
  /** Connections made so far. */
  connections(): number
}

/** A server that answers as it is told; not a Telegram. */
export async function startAnswers(answer: (asked: Asked) => void | Promise<void>): Promise<AnswerServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((request, response) => {
    const { socket } = request
    const asked = askedOf(request, response)
    void Promise.resolve(answer(asked)).catch(() => socket.destroy())
  })
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function askedOf(request: IncomingMessage, response: ServerResponse): Asked {
  const { socket } = request
  const json = (status: number, value: unknown, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
  }
  return {
    request,
    response,
    what: (request.url ?? '').replace(/^\/(file\/)?bot[^/]+\//, ''),
    async body() {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      return Buffer.concat(chunks)
    },
    json,
    ok: (result) => json(200, { ok: true, result }),
    fail: (status, description, parameters) =>
      json(status, { ok: false, error_code: status, description, ...(parameters !== undefined && { parameters }) }),
    cut: () => socket.destroy(),
  }
}

export function botAt(root: string, clock?: Clock): BotApi {
  return new BotApi({ token: CANARY_TOKEN, setting: 'BOT_TOKEN_2', apiRoot: root, ...(clock && { clock }) })
}

/** A clock that runs so many times faster than the wall. */
export function fastClock(speed: number): Clock {
  return {
    nowMs: () => performance.now() * speed,
    wallMs: () => Date.now(),
    async sleep(ms, signal) {
      const until = performance.now() * speed + ms
      do await SYSTEM_CLOCK.sleep((until - performance.now() * speed) / speed, signal)
      while (performance.now() * speed < until)
    },
  }
}

export function documentOf(bytes: Uint8Array, chunkBytes = 65_536): DocumentToSend {
  return {
    fileName: 'nonce.bin',
    caption: 't1 test',
    byteLength: bytes.byteLength,
    async *open() {
      for (let at = 0; at < bytes.byteLength; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
    },
  }
}

export const CHAT_ID = -1001234567890

/** The answer to `sendDocument`. */
export function postedDocument(messageId: number, byteLength: number): unknown {
  return {
    message_id: messageId,
    date: 1,
    chat: { id: CHAT_ID, type: 'channel', title: 'Store' },
    caption: 't1 test',
    document: { file_id: 'BQACAgIAAx', file_unique_id: 'AgADx', file_size: byteLength },
  }
}

export async function faultOf(call: Promise<unknown>): Promise<TelegramError> {
  const error = await call.then(
    () => new Error('it went well'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof TelegramError)) throw error
  return error
}
