import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ApiFailure } from './api-failure.ts'
import { serveControl } from './control.ts'
import type { Emulator } from './emulator.ts'
import type { Bot } from './entities.ts'
import { findMethod } from './method-table.ts'
import { failureReply, send } from './reply.ts'
import { serveCall } from './serve-call.ts'
import { serveDownload } from './serve-download.ts'

/** The server that clients see; to be told where to listen. */
export function createTelegramServer(emulator: Emulator): Server {
  const server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0, noDelay: true }, (request, response) => {
    const leaving = new AbortController()
    response.once('close', () => leaving.abort())
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    route(emulator, request, response, leaving.signal).catch((error: unknown) => {
      if (leaving.signal.aborted || response.destroyed) return
      const text = error instanceof Error ? error.stack : String(error)
      response.writeHead(500, { 'Content-Type': 'text/plain' }).end(`The emulator failed: ${text}\n`)
    })
  })
  return server
}

async function route(
  emulator: Emulator,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://telegram')
  const path = safeDecode(url.pathname)
  if (path.startsWith('/control/')) return await serveControl(emulator, request, response, url)
  try {
    return await serveBots(emulator, { request, response, signal }, path, url.searchParams)
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error
    await drain(request)
    await send(response, failureReply(error), emulator.clock)
  }
}

interface Connection {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly signal: AbortSignal
}

function serveBots(emulator: Emulator, connection: Connection, path: string, query: URLSearchParams): Promise<void> {
  const file = /^\/file\/bot([^/]+)\/(?:test\/)?(.+)$/.exec(path)
  if (file && !emulator.world.habits.selfRun) {
    return serveDownload(emulator, { ...connection, bot: authorized(emulator, file[1] ?? ''), path: file[2] ?? '' })
  }
  const call = /^\/bot([^/]+)\/(?:test\/)?([^/]+)$/.exec(path)
  if (!call) throw new ApiFailure(404, 'Not Found')
  const bot = authorized(emulator, call[1] ?? '')
  const found = findMethod(call[2] ?? '')
  if (!found) throw new ApiFailure(404, 'Not Found: method not found')
  return serveCall(emulator, { ...connection, bot, methodName: found.name, method: found.method, query })
}

function authorized({ world }: Emulator, token: string): Bot {
  const [, digits] = /^(\d+):[A-Za-z0-9_-]+$/.exec(token) ?? []
  const bot = world.bots.get(Number(digits))
  if (bot?.token === token && !bot.revoked) {
    if (bot.loggedOut) throw new ApiFailure(400, 'Logged out')
    return bot
  }
  if (world.habits.selfRun && bot?.token !== token) throw new ApiFailure(401, 'Unauthorized: invalid token specified')
  throw digits === undefined ? new ApiFailure(404, 'Not Found') : new ApiFailure(401, 'Unauthorized')
}

/** A body that nobody wants is taken all the same, so that its sender gets to read the answer. */
async function drain(request: IncomingMessage): Promise<void> {
  if (request.readableEnded) return
  request.resume()
  await new Promise<void>((done) => request.once('end', done).once('close', done))
}

function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
