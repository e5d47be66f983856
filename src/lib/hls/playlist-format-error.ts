/** A value that no playlist can hold was given to be written: a fault of the caller, never of a viewer. */
export class PlaylistFormatError extends Error {
  readonly code = 'playlist-format'

  constructor(what: string, value: unknown) {
    super(`A playlist cannot hold ${what}: ${JSON.stringify(value) ?? String(value)}`)
    this.name = 'PlaylistFormatError'
  }
}
