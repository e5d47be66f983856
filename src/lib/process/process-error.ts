/** Why a child process could not be started. */
export type ProcessErrorCode = 'not-found' | 'not-startable'

/** The program could not be started at all; how a started one ended is told by `ProcessEnd`. */
export class ProcessError extends Error {
  override readonly name = 'ProcessError'
  readonly code: ProcessErrorCode

  constructor(code: ProcessErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}
