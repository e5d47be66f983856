import { AnswerTooLargeError, RemoteBrokenError, RemoteRefusedError, RemoteUnreachableError } from '#domain/errors.ts'
import type { Web, WebAnswer, WebIdentity, WebRequest } from '#domain/web.ts'
import { type BodyPart, bodyPart, ResourceChangedError } from './body-part.ts'
import type { FetchClock } from './fetch-clock.ts'
import { backOffMs, type FetchSettings } from './fetch-settings.ts'
import { freeChunk } from './free-chunk.ts'
import type { Resource } from './resource.ts'
import { retryAfterMs } from '#lib/http-range/retry-after.ts'
import { shownAddress } from '#domain/shown-address.ts'
import { strongValidator } from './strong-validator.ts'

/** Where bytes go. */
export interface ByteSink {
  /** They come from the first on; what came before counts no more. */
  begin(): Promise<void>
  /** Resolves when another chunk may come; the memory of this one is gone then. */
  write(chunk: Uint8Array): Promise<void>
  /** That was all. Throws RemoteBrokenError when it is not what it should be: then it is fetched again. */
  end(): Promise<void>
}

export interface FetchTools {
  readonly web: Pick<Web, 'open'>
  readonly identity: WebIdentity | undefined
  readonly settings: FetchSettings
  readonly clock: FetchClock
  readonly signal: AbortSignal
  /** Waits; others may use the connection meanwhile. */
  rest(ms: number): Promise<void>
  /** After 401, 403 and 410: where it is now; null when it is there no more. Never asked when missing. */
  refresh?(): Promise<Resource | null>
  /** What a listener wants to know. */
  onAnswer?(waitMs: number): void
  onBytes?(byteLength: number): void
  onTrouble?(error: RemoteError, waitMs: number): void
}

/** Addresses expire; more often than so within one segment is something else. */
const MOST_REFRESHES = 5
/** A playlist that gives the same address again may give another one a moment later. */
const SAME_ADDRESS_MS = 1100

type RemoteError = RemoteRefusedError | RemoteUnreachableError | RemoteBrokenError

interface State {
  wanted: Resource
  /** Without a byte of progress. */
  tries: number
  refreshes: number
  /** Bytes of the resource that the sink has, since it began. */
  received: number
  /** Of the answer that they are from; null: what comes next begins anew. */
  validator: string | null
}

/**
 * Brings all bytes of the resource into the sink, trying again by cause: a cut answer goes on where it was cut when the
 * server can prove that it is the same; `Retry-After` is obeyed; an expired address is refreshed. Rejects with the last
 * RemoteRefusedError, RemoteUnreachableError or RemoteBrokenError, with whatever the sink throws otherwise, and with the
 * signal's reason.
 */
export async function fetchBytes(resource: Resource, sink: ByteSink, tools: FetchTools): Promise<void> {
  const state: State = { wanted: resource, received: 0, validator: null, tries: 0, refreshes: 0 }
  for (;;) {
    const before = state.received
    try {
      await fetchOnce(state, sink, tools)
      return
    } catch (error) {
      tools.signal.throwIfAborted()
      if (!isOfRemote(error) || isOther(error, state)) throw error
      const got = state.validator !== null && state.received > before
      state.tries = got ? 1 : state.tries + 1
      await beforeNextTry(error, state, tools)
    }
  }
}

/** Rejects with the error when there is none. */
async function beforeNextTry(error: RemoteError, state: State, tools: FetchTools): Promise<void> {
  const asksAnew = isExpired(error) && tools.refresh !== undefined && state.refreshes < MOST_REFRESHES
  if (asksAnew && (await isElsewhere(error, state, tools))) return
  if (state.tries >= triesFor(error, tools)) throw error
  const waitMs = Math.max(waitAfter(error, state.tries, tools), asksAnew ? SAME_ADDRESS_MS : 0)
  tools.onTrouble?.(error, waitMs)
  await tools.rest(waitMs)
}

/** Asks where it is now; true when that is another address than the one that failed. */
async function isElsewhere(error: RemoteError, state: State, { refresh }: FetchTools): Promise<boolean> {
  const fresh = await refresh?.()
  if (!fresh) throw new RemoteRefusedError('It is not listed any more.', 410, { why: error.message, cause: error })
  const isOther = fresh.url !== state.wanted.url
  state.wanted = fresh
  state.refreshes++
  if (isOther) state.tries = 0
  return isOther
}

async function fetchOnce(state: State, sink: ByteSink, tools: FetchTools): Promise<void> {
  const sentMs = tools.clock.nowMs()
  await using answer = await tools.web.open(requestOf(state, tools), tools.signal)
  if (answer.status !== 200 && answer.status !== 206) throw refusal(answer, state, tools)
  tools.onAnswer?.(tools.clock.nowMs() - sentMs)
  const part = partOf(answer, state)
  if (part.fromStart) {
    await sink.begin()
    state.received = 0
    state.validator = answer.decoded ? null : strongValidator(answer)
  }
  await receive(answer, part, sink, state, tools)
  const { byteLength } = part
  if (byteLength !== null && state.received !== byteLength) {
    throw new RemoteBrokenError(`The server gave ${state.received} of ${byteLength} bytes.`)
  }
  // From here on it is not the connection that would be at fault.
  state.validator = null
  await sink.end()
}

function partOf(answer: WebAnswer, state: State): BodyPart {
  const { wanted } = state
  const received = state.validator === null ? 0 : state.received
  try {
    return bodyPart(answer, wanted, { validator: wanted.validator ?? state.validator, received })
  } catch (error) {
    // A server that cannot go on where it was cut may still send it from the start.
    state.validator = null
    throw error
  }
}

function requestOf({ wanted, validator: seen, received }: State, { identity }: FetchTools): WebRequest {
  const { url, byteRange, validator = seen } = wanted
  const at = seen === null ? 0 : received
  const request: WebRequest = { url, ...(identity && { identity }) }
  if (!byteRange && at === 0) return request
  const first = (byteRange?.offset ?? 0) + at
  const range = byteRange ? { first, last: byteRange.offset + byteRange.length - 1 } : { first }
  return { ...request, range, ...(validator !== null && { ifRange: validator }) }
}

async function receive(
  answer: WebAnswer,
  { skip, byteLength }: BodyPart,
  sink: ByteSink,
  state: State,
  tools: FetchTools,
) {
  let toSkip = skip
  for await (const chunk of answer.body) {
    tools.onBytes?.(chunk.byteLength)
    const skipped = Math.min(toSkip, chunk.byteLength)
    toSkip -= skipped
    const left = byteLength === null ? Number.POSITIVE_INFINITY : byteLength - state.received
    const bytes = chunk.subarray(skipped, Math.min(chunk.byteLength, skipped + left))
    state.received += bytes.byteLength
    if (state.received > state.wanted.maxBytes) throw tooLarge(state.wanted)
    const isEnough = byteLength !== null && state.received >= byteLength && chunk.byteLength > skipped + left
    if (bytes.byteLength > 0) await sink.write(bytes)
    freeChunk(chunk)
    // The rest of a whole file that was sent instead of a part is not read.
    if (isEnough) return
  }
}

function tooLarge({ url, maxBytes }: Resource): AnswerTooLargeError {
  return new AnswerTooLargeError(`What is at ${shownAddress(url)} is too large.`, {
    why: `It is longer than ${maxBytes} bytes.`,
  })
}

function refusal(answer: WebAnswer, state: State, { clock }: FetchTools): RemoteRefusedError {
  // Nothing is left behind what came: it was all, or something else. Anew.
  if (answer.status === 416) state.validator = null
  return new RemoteRefusedError(
    `${shownAddress(state.wanted.url)} was answered with ${answer.status}.`,
    answer.status,
    {
      retryAfterMs: retryAfterMs(answer.headers.get('retry-after'), clock.dateMs()),
    },
  )
}

/** Whoever has parts of it already has to begin anew. */
function isOther(error: unknown, { wanted }: State): boolean {
  return error instanceof ResourceChangedError && wanted.validator !== undefined
}

function isOfRemote(error: unknown): error is RemoteError {
  return (
    error instanceof RemoteRefusedError || error instanceof RemoteUnreachableError || error instanceof RemoteBrokenError
  )
}

function isExpired(error: unknown): boolean {
  return error instanceof RemoteRefusedError && [401, 403, 410].includes(error.status)
}

function triesFor(error: unknown, { settings }: FetchTools): number {
  if (!(error instanceof RemoteRefusedError)) return settings.tries
  if (error.retryAfterMs !== null && error.retryAfterMs > settings.longestRetryAfterMs) return 0
  if (error.retry === 'sometimes' || error.status === 416) return settings.tries
  return [403, 404, 410].includes(error.status) ? settings.missingTries : 0
}

function waitAfter(error: unknown, tries: number, { settings, clock }: FetchTools): number {
  const backOff = backOffMs(tries, settings, clock.random())
  const asked = error instanceof RemoteRefusedError ? error.retryAfterMs : null
  // A little more than asked for, so that all who wait do not come at the same moment.
  return asked === null ? backOff : asked + settings.firstWaitMs * clock.random()
}
