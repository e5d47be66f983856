/**
 * Why a container could not be read or written:
 * `not-this-container` the bytes are something else, `truncated` they end too early, `malformed` they contradict
 * themselves or the standard, `unsupported` they use what we deliberately do not read, `too-large` they would need more
 * memory than we allow, `unrepresentable` samples do not fit into the fields of the format to be written.
 */
export type ContainerErrorCode =
  | 'not-this-container'
  | 'truncated'
  | 'malformed'
  | 'unsupported'
  | 'too-large'
  | 'unrepresentable'

/** The only error that readers and writers of containers throw because of the bytes they were given. */
export class ContainerError extends Error {
  override readonly name = 'ContainerError'
  readonly code: ContainerErrorCode

  constructor(code: ContainerErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
