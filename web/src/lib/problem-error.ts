import { Problem } from '../../../src/surfaces/http/contract/problem.ts'
import { t } from '../strings/strings.ts'

/** What went wrong, why, and what mends it: the shape in which every fault reaches the page. */
export interface Fault {
  readonly code: string
  readonly message: string
  readonly why?: string | null | undefined
  readonly fix?: string | null | undefined
  readonly requestId?: string | undefined
}

/** A request that got no or a bad answer. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly fault: Fault
  /** 0 when there was no answer at all. */
  readonly status: number
  /** What `Retry-After` says, from now on; null when it says nothing. */
  readonly retryAfterSec: number | null

  constructor(
    fault: Fault,
    {
      status,
      retryAfterSec = null,
      ...options
    }: ErrorOptions & { readonly status: number; readonly retryAfterSec?: number | null },
  ) {
    super(fault.message, options)
    this.status = status
    this.retryAfterSec = retryAfterSec
    this.fault = fault
  }
}

/** The fault in the body of an answer, whatever it looks like. */
export function faultOfBody(status: number, text: string): Fault {
  const parsed = Problem.safeParse(parseJson(text))
  if (parsed.success) {
    const { code, detail, why, fix, requestId, fields } = parsed.data
    const named = fields?.map(({ path, message }) => `${path} ${message}`).join('; ')
    return { code, message: named ? `${detail} ${named}` : detail, why, fix, requestId }
  }
  return { code: `http-${status}`, ...t.faults.answer(status) }
}

/** Any error, told as a fault. */
export function faultOf(error: unknown): Fault {
  if (error instanceof ProblemError) return error.fault
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'page', message: t.faults.page, why: message }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
