import { RemoteBrokenError, RemoteRefusedError, RemoteUnreachableError } from '#domain/errors.ts'
import type { PartNote } from '#domain/part-file.ts'
import type { WebAnswer, WebRequest } from '#domain/web.ts'
import { contentRangeOf } from './content-range-of.ts'
import type { FetchTools } from './fetch-bytes.ts'
import type { FetchPorts } from './fetch-ports.ts'
import { backOffMs } from './fetch-settings.ts'
import { retryAfterMs } from '#lib/http-range/retry-after.ts'
import { shownAddress } from '#domain/shown-address.ts'
import { strongValidator } from './strong-validator.ts'

/** What the first answer tells of a file. */
export interface FoundFile extends AsyncDisposable {
  readonly note: PartNote
  /** Holds everything, where the server gives no parts; null otherwise. To be used once. */
  readonly answer: WebAnswer | null
}

const MIB = 1024 * 1024
const MOST_PART_BYTES = 8 * MIB
/** Enough parts for many connections to end at about the same time. */
const PARTS = 128

/** Asks for the first byte: the answer says whether there are parts, and of what. A server without them begins to send everything. */
export async function probeFile(
  url: string,
  before: PartNote | null,
  tools: FetchTools,
  log: FetchPorts['log'],
): Promise<FoundFile> {
  const answer = await openPatiently({ url, range: { first: 0, last: 0 } }, tools, log)
  const range = answer.status === 206 ? contentRangeOf(answer.headers.get('content-range')) : null
  const validator = strongValidator(answer)
  if (range?.total && validator !== null && !answer.decoded) {
    await answer[Symbol.asyncDispose]()
    const partBytes = before?.partBytes ?? partBytesOf(range.total)
    return found({ validator, byteLength: range.total, partBytes }, null)
  }
  const isWhole = answer.status === 200
  const byteLength = isWhole && !answer.decoded ? answer.contentLength : (range?.total ?? null)
  if (!isWhole) await answer[Symbol.asyncDispose]()
  return found({ validator: null, byteLength, partBytes: Number.MAX_SAFE_INTEGER }, isWhole ? answer : null)
}

function found(note: PartNote, answer: WebAnswer | null): FoundFile {
  if (note.byteLength === 0) throw emptyFile()
  return { note, answer, [Symbol.asyncDispose]: async () => answer?.[Symbol.asyncDispose]() }
}

function emptyFile(): RemoteBrokenError {
  return new RemoteBrokenError('The file is empty.', {
    why: 'The server says that it has no bytes.',
    fix: 'Look whether the address is right, or whether the file is still being made.',
  })
}

function partBytesOf(byteLength: number): number {
  return Math.min(MOST_PART_BYTES, Math.max(MIB, Math.ceil(byteLength / PARTS / MIB) * MIB))
}

async function openPatiently(request: WebRequest, tools: FetchTools, log: FetchPorts['log']): Promise<WebAnswer> {
  for (let tries = 1; ; tries++) {
    try {
      return await opened(request, tools)
    } catch (error) {
      tools.signal.throwIfAborted()
      const waitMs = waitBeforeNext(error, tries, tools)
      if (waitMs === null) throw error
      log({ level: 'warn', text: `${(error as Error).message} Again in ${(waitMs / 1000).toFixed(1)} s.` })
      await tools.rest(waitMs)
    }
  }
}

/** Null: trying again is of no use. */
function waitBeforeNext(error: unknown, tries: number, { settings, clock }: FetchTools): number | null {
  if (!(error instanceof RemoteRefusedError || error instanceof RemoteUnreachableError)) return null
  if (error.retry === 'never' || tries >= settings.tries) return null
  const asked = error instanceof RemoteRefusedError ? error.retryAfterMs : null
  if (asked !== null) return asked > settings.longestRetryAfterMs ? null : asked
  return backOffMs(tries, settings, clock.random())
}

async function opened(request: WebRequest, { web, identity, signal, clock }: FetchTools): Promise<WebAnswer> {
  const answer = await web.open({ ...request, ...(identity && { identity }) }, signal)
  if (answer.status === 200 || answer.status === 206) return answer
  await answer[Symbol.asyncDispose]()
  const { status, headers } = answer
  // Nothing at all cannot be asked for from its first byte on.
  if (status === 416 && /^bytes \*\/0$/.test(headers.get('content-range') ?? '')) {
    throw emptyFile()
  }
  throw new RemoteRefusedError(`${shownAddress(request.url)} was answered with ${status}.`, status, {
    retryAfterMs: retryAfterMs(headers.get('retry-after'), clock.dateMs()),
  })
}
