import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Emulator } from './emulator.ts'
import type { FaultRule, RandomFaults } from './fault-script.ts'
import type { Happening } from './happening.ts'
import { happen } from './make-happen.ts'
import { messagesOf } from './oracle.ts'

/**
 * The same over HTTP as in the process: `GET /control/state`, `/control/calls`, `/control/early`,
 * `/control/messages?chat=<id>&all=1`, `/control/clock`; `POST /control/happen` (one event or several),
 * `/control/faults` (rules), `/control/random-faults`, `/control/clear-faults`, `/control/clear-journal`, `/control/reset` (both, and who waits for what; messages stay).
 */
export async function serveControl(
  emulator: Emulator,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const name = url.pathname.slice('/control/'.length)
  try {
    const body = request.method === 'POST' ? await readJson(request) : undefined
    const answer = request.method === 'POST' ? command(emulator, name, body) : look(emulator, name, url.searchParams)
    respond(response, answer === undefined ? 404 : 200, answer ?? { error: `no ${request.method} ${name}` })
  } catch (error) {
    respond(response, 400, { error: error instanceof Error ? error.message : String(error) })
  }
}

function look(emulator: Emulator, name: string, query: URLSearchParams): unknown {
  const { journal, clock } = emulator
  if (name === 'state') return state(emulator)
  if (name === 'calls') return journal.of(query.get('method') ?? undefined)
  if (name === 'early') return journal.early
  if (name === 'clock') return { nowMs: clock.nowMs(), wallMs: clock.wallMs(), speed: clock.speed }
  if (name !== 'messages') return undefined
  const messages = messagesOf(emulator.world, Number(query.get('chat')))
  return messages
    .filter(({ isDeleted }) => query.has('all') || !isDeleted)
    .map((message) => ({ ...message, sha256: message.sha256() }))
}

function command(emulator: Emulator, name: string, body: unknown): unknown {
  const done = { done: true }
  if (name === 'happen') {
    for (const event of listOf<Happening>(body)) happen(emulator, event)
    return done
  }
  if (name === 'faults') {
    emulator.faults.add(...listOf<FaultRule>(body))
    return done
  }
  if (name === 'random-faults') {
    emulator.faults.random(body as RandomFaults)
    return done
  }
  if (name === 'clear-faults') {
    emulator.faults.clear()
    return done
  }
  if (name === 'reset') {
    emulator.faults.clear()
    emulator.journal.clear()
    emulator.limiter.reset()
    return done
  }
  if (name === 'clear-journal') {
    emulator.journal.clear()
    return done
  }
  return undefined
}

function state({ world, network, journal }: Emulator): unknown {
  return {
    bots: [...world.bots.values()].map(({ id, token, username, revoked }) => ({ id, token, username, revoked })),
    chats: [...world.chats.values()].map(({ id, type, title, username, deleted, lastMessageId, pinned, members }) => ({
      id,
      type,
      title,
      username,
      deleted,
      lastMessageId,
      pinned: [...pinned],
      members: [...members].map(([memberId, member]) => ({ memberId, ...member })),
    })),
    users: [...world.users.values()].map(({ id, firstName }) => ({ id, firstName })),
    habits: world.habits,
    network,
    calls: journal.calls.length,
    early: journal.early.length,
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? undefined : JSON.parse(text)
}

function listOf<T>(body: unknown): readonly T[] {
  return Array.isArray(body) ? (body as T[]) : [body as T]
}

function respond(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(answer)}\n`)
}
