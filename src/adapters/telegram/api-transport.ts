import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { FailedAnswer } from './api-error.ts'

/** Connections are kept: a new one costs two or three round trips before the first byte. */
const KEPT = { keepAlive: true, scheduling: 'lifo', maxFreeSockets: 64 } as const
const httpAgent = new HttpAgent(KEPT)
const httpsAgent = new HttpsAgent(KEPT)

export interface ApiRequest {
  readonly root: URL
  readonly method: 'GET' | 'POST'
  /** Below the path of the root; holds the token, so it must not get into any message. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | number>>
}

/** An own client for what grammY cannot do: bodies of a known length, downloads in the raw. */
export function startRequest({ root, method, path, headers }: ApiRequest): ClientRequest {
  const isSecure = root.protocol === 'https:'
  return (isSecure ? httpsRequest : httpRequest)({
    protocol: root.protocol,
    hostname: root.hostname.replace(/^\[|\]$/g, ''),
    port: root.port || undefined,
    path: root.pathname.replace(/\/$/, '') + path,
    method,
    headers,
    agent: isSecure ? httpsAgent : httpAgent,
  })
}

/** Answers of the Bot API are small; whatever is longer is not one. */
const LONGEST_ANSWER = 1_000_000

export async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.byteLength
    if (length > LONGEST_ANSWER) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export type ApiAnswer = { readonly ok: true; readonly result: unknown } | ({ readonly ok: false } & FailedAnswer)

/** Reads `{"ok":…}`. Anything else is a failure with the status of HTTP, 200 being turned into 502: it proves nothing. */
export function readAnswer(status: number, retryAfter: string | undefined, text: string): ApiAnswer {
  const fromHeader = /^\d{1,9}$/.test(retryAfter ?? '') ? { retryAfterSec: Number(retryAfter) } : {}
  const body = parseObject(text)
  if (body?.ok === true && 'result' in body) return { ok: true, result: body.result }
  if (body?.ok === false && typeof body.error_code === 'number') {
    return { ok: false, ...fromHeader, ...failureIn(body, body.error_code) }
  }
  const description = body ? 'not an answer of a Bot API' : 'an answer that is not JSON'
  return { ok: false, status: status < 300 ? 502 : status, description, ...fromHeader }
}

function failureIn(body: Record<string, unknown>, status: number): FailedAnswer {
  const { retry_after: retryAfterSec, migrate_to_chat_id: migratedTo } = objectOf(body.parameters) ?? {}
  return {
    status,
    description: typeof body.description === 'string' ? body.description : '',
    ...(typeof retryAfterSec === 'number' && { retryAfterSec }),
    ...(typeof migratedTo === 'number' && { migratedTo }),
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return undefined
  }
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
}
