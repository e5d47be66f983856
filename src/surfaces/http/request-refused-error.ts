import { type ErrorDetails, ProductError } from '#domain/errors.ts'

export type RefusalCode =
  | 'bad-request'
  | 'unauthorized'
  | 'forbidden'
  | 'cross-site'
  | 'host-refused'
  | 'no-such-page'
  | 'method-not-allowed'
  | 'too-large'
  | 'unsupported-media-type'
  | 'precondition-failed'
  | 'range-not-satisfiable'
  | 'too-many'
  | 'rate-exceeded'
  | 'uploads-full'
  | 'upload-not-found'
  | 'upload-elsewhere'
  | 'head-too-large'
  | 'too-slow'

/** The request itself cannot be answered; nothing of the product was asked. */
export class RequestRefusedError extends ProductError {
  readonly code: RefusalCode
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: RefusalCode,
    message: string,
    { headers = {}, ...details }: ErrorDetails & { readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message, details)
    this.code = code
    this.headers = headers
  }
}
