/** What Telegram may add to an error (Bot API, ResponseParameters). */
export interface ResponseParameters {
  readonly retry_after?: number
  readonly migrate_to_chat_id?: number
}

/** A call that Telegram refuses; code and description are what it answers. */
export class ApiFailure extends Error {
  readonly code: number
  readonly parameters: ResponseParameters | undefined

  constructor(code: number, description: string, parameters?: ResponseParameters, cause?: unknown) {
    super(description, { cause })
    this.code = code
    this.parameters = parameters
  }
}

/** 400 with the usual prefix. */
export function badRequest(text: string, cause?: unknown): ApiFailure {
  return new ApiFailure(400, `Bad Request: ${text}`, undefined, cause)
}

/** 403 with the usual prefix. */
export function forbidden(text: string): ApiFailure {
  return new ApiFailure(403, `Forbidden: ${text}`)
}

/** 429: no such call for so many seconds. */
export function tooManyRequests(retryAfterSec: number): ApiFailure {
  return new ApiFailure(429, `Too Many Requests: retry after ${retryAfterSec}`, { retry_after: retryAfterSec })
}
