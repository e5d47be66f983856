import { GrammyError } from 'grammy'

/**
 * `rate-limited`: wait `retryAfterMs`. `revoked`: the token is refused. `no-access`: this bot in this chat, `fix` says what
 * is missing. `not-found`: no such message, or this bot may not see it. `stale-file`: the file_id or link is of no use any
 * more. `ambiguous`: nobody can tell what the service did. `refused`: any other no, also for a message too old to delete.
 */
export type TelegramErrorKind =
  | 'rate-limited'
  | 'revoked'
  | 'no-access'
  | 'not-found'
  | 'stale-file'
  | 'too-large'
  | 'refused'
  | 'ambiguous'

export interface TelegramErrorDetails {
  readonly kind: TelegramErrorKind
  readonly sent?: 'no' | 'unknown'
  readonly retryAfterMs?: number
  readonly status?: number
  readonly fix?: string
  readonly maySettle?: boolean
  readonly migratedTo?: number
}

/** A failed call to the Bot API. Carries neither token nor address, and no cause that could. */
export class TelegramError extends Error {
  readonly kind: TelegramErrorKind
  /** `no`: it is certain that the call has no effect, now or later. */
  readonly sent: 'no' | 'unknown'
  /** 0 unless the kind is `rate-limited`. */
  readonly retryAfterMs: number
  /** HTTP status or `error_code`; 0 when there was no answer. */
  readonly status: number
  readonly fix: string | undefined
  /** The service may mean something that passes by itself: worth asking again, unchanged, a few times. */
  readonly maySettle: boolean
  /** The chat has got another id (`parameters.migrate_to_chat_id`). */
  readonly migratedTo: number | undefined

  constructor(message: string, details: TelegramErrorDetails) {
    super(redact(message))
    this.name = 'TelegramError'
    this.kind = details.kind
    this.sent = details.sent ?? 'unknown'
    this.retryAfterMs = details.retryAfterMs ?? 0
    this.status = details.status ?? 0
    this.fix = details.fix
    this.maySettle = details.maySettle ?? false
    this.migratedTo = details.migratedTo
  }
}

/** An answer that is not a success, from whichever way it came. */
export interface FailedAnswer {
  readonly status: number
  readonly description: string
  /** From `parameters.retry_after`, else the header `Retry-After`. */
  readonly retryAfterSec?: number
  readonly migratedTo?: number
}

/** When the service says 429 and not for how long. */
const UNSAID_RETRY_AFTER_SEC = 5

/** Errors of a connection that was never made. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
])

/** What an answer means (telegram.md §3): by status and parameters first, by its text second. `call` names it for people. */
export function errorOfAnswer(call: string, answer: FailedAnswer): TelegramError {
  const { status } = answer
  const message = `${call}: ${status} ${answer.description || 'without a word'}`
  const retryAfterSec = answer.retryAfterSec ?? retryAfterInText(answer.description)
  if (status === 429 || (status === 420 && retryAfterSec !== undefined)) {
    const retryAfterMs = Math.max(0, retryAfterSec ?? UNSAID_RETRY_AFTER_SEC) * 1000
    return new TelegramError(message, { kind: 'rate-limited', status, retryAfterMs })
  }
  const sent = PROVES_NOTHING_SENT.has(status) ? 'no' : 'unknown'
  return new TelegramError(message, { status, sent, ...meaningOf(answer) })
}

/** Only these prove that nothing was stored (telegram.md §5): a server that shuts down answers even 429 to a call it did. */
const PROVES_NOTHING_SENT = new Set([400, 401, 403, 404, 413])

type Meaning = Pick<TelegramErrorDetails, 'kind' | 'fix' | 'maySettle' | 'migratedTo'>

function meaningOf({ status, description, migratedTo }: FailedAnswer): Meaning {
  if (migratedTo !== undefined) {
    return { kind: 'no-access', migratedTo, fix: `The chat has got another id: put ${migratedTo} into the setting.` }
  }
  if (status === 401 || status === 421) return { kind: 'revoked', fix: NEW_TOKEN }
  if (status === 413) return { kind: 'too-large' }
  if (status === 403) return { kind: 'no-access', fix: fixOfAccess(description) }
  if (status === 404) return meaningOfMissing(description)
  if (status === 400) return meaningOfBadRequest(description)
  return status > 400 && status < 500 ? { kind: 'refused' } : { kind: 'ambiguous' }
}

const NEW_TOKEN = 'Ask @BotFather for the token of this bot and put it into the setting.'

/** Public servers are believed to answer a malformed token with a bare 404. */
function meaningOfMissing(description: string): Meaning {
  return /method not found/i.test(description) ? { kind: 'refused' } : { kind: 'revoked', fix: NEW_TOKEN }
}

const BAD_REQUESTS: readonly (readonly [RegExp, Meaning])[] = [
  [/file is too big|request entity too large|FILE_PARTS?_(INVALID|TOO_BIG)/i, { kind: 'too-large' }],
  [/wrong file_id or the file is temporarily unavailable/i, { kind: 'stale-file', maySettle: true }],
  [
    /invalid file_id|file_id not specified|wrong (remote )?file identifier|FILE_REFERENCE_|FILE_ID_INVALID/i,
    { kind: 'stale-file' },
  ],
  [
    /message to (forward|copy|edit|delete|pin|reply) not found|message not found|MESSAGE_ID_INVALID/i,
    { kind: 'not-found' },
  ],
  [/group chat was upgraded/i, { kind: 'no-access', fix: 'The chat has got another id: put that into the setting.' }],
]

const NO_ACCESS =
  /chat not found|chat_id is empty|need administrator rights|not enough rights|have no rights|CHAT_ADMIN_REQUIRED|CHAT_WRITE_FORBIDDEN|CHAT_SEND_\w+_FORBIDDEN|CHANNEL_(PRIVATE|INVALID)|PEER_ID_INVALID|USER_BANNED_IN_CHANNEL|CHAT_RESTRICTED|bot is not a member|bot was kicked/i

function meaningOfBadRequest(description: string): Meaning {
  if (NO_ACCESS.test(description)) return { kind: 'no-access', fix: fixOfAccess(description) }
  return BAD_REQUESTS.find(([pattern]) => pattern.test(description))?.[1] ?? { kind: 'refused' }
}

const ACCESS_FIXES: readonly (readonly [RegExp, string])[] = [
  [
    /chat not found|chat_id is empty|CHANNEL_INVALID|PEER_ID_INVALID/i,
    'Check the chat id, and that the channel still exists and the bot is in it.',
  ],
  [/not a member|CHANNEL_PRIVATE/i, 'Add the bot to the channel as an administrator.'],
  [/kicked|BANNED/i, 'The bot was removed from the channel: add it again as an administrator.'],
  [/blocked by the user/i, 'The person blocked the bot: they must start it again.'],
  [/user is deactivated/i, 'The account of that person is gone.'],
  [/delete/i, 'Give the bot the right to delete messages of others.'],
  [/edit|pin/i, 'Give the bot the right to edit messages of others.'],
  [/send|post|write/i, 'Give the bot the right to post messages.'],
]

function fixOfAccess(description: string): string {
  const known = ACCESS_FIXES.find(([pattern]) => pattern.test(description))
  return known?.[1] ?? 'Make the bot an administrator of the channel who may post, edit and delete messages.'
}

/** A link from getFile answers 400 or 404 once it is too old (telegram.md §6). */
export function errorOfFileLink(call: string, answer: FailedAnswer): TelegramError {
  if (answer.status !== 400 && answer.status !== 404) return errorOfAnswer(call, answer)
  const message = `${call}: ${answer.status} ${answer.description}`
  return new TelegramError(message, { kind: 'stale-file', sent: 'no', status: answer.status })
}

/**
 * No answer: refused, cut, timed out, or not the answer of a Bot API. `bodySent`: whether the last byte of the call may
 * have left. `fault` is what was thrown; only its code is kept, since messages of HTTP clients carry the address.
 */
export function errorOfFault(call: string, fault: unknown, bodySent: boolean): TelegramError {
  const code = codeOf(fault)
  const sent = bodySent && !NEVER_CONNECTED.has(code) ? 'unknown' : 'no'
  return new TelegramError(`${call}: ${wordsOf(code)}`, { kind: 'ambiguous', sent })
}

/** A call that took longer than it may. */
export function errorOfTimeout(call: string, what: string, bodySent: boolean): TelegramError {
  return new TelegramError(`${call}: ${what}`, { kind: 'ambiguous', sent: bodySent ? 'unknown' : 'no' })
}

/** What grammY threw: `GrammyError` for an answer, `HttpError` around anything else (an HTML 502 among them). */
export function errorOfGrammy(call: string, thrown: unknown): TelegramError {
  if (!(thrown instanceof GrammyError)) {
    return errorOfFault(call, thrown instanceof Error && 'error' in thrown ? thrown.error : thrown, true)
  }
  const { retry_after: retryAfterSec, migrate_to_chat_id: migratedTo } = thrown.parameters
  return errorOfAnswer(call, {
    status: thrown.error_code,
    description: thrown.description,
    ...(retryAfterSec !== undefined && { retryAfterSec }),
    ...(migratedTo !== undefined && { migratedTo }),
  })
}

function retryAfterInText(description: string): number | undefined {
  const found = /retry after (\d+)/i.exec(description)
  return found ? Number(found[1]) : undefined
}

function codeOf(fault: unknown): string {
  const { code, type } = (typeof fault === 'object' && fault !== null ? fault : {}) as {
    code?: unknown
    type?: unknown
  }
  return typeof code === 'string' ? code : typeof type === 'string' ? type : ''
}

function wordsOf(code: string): string {
  if (code === 'invalid-json') return 'the answer is not one of a Bot API'
  if (code === 'ECONNREFUSED') return 'the server refuses connections (ECONNREFUSED)'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the name of the server is not found (${code})`
  if (/^[\w-]{1,60}$/.test(code)) return `the connection broke (${code})`
  return 'the connection broke'
}

const TOKEN = /\d{3,}:[A-Za-z0-9_-]{8,}/g

function redact(text: string): string {
  return text.replace(TOKEN, '***').slice(0, 500)
}
