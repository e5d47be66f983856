/** Why a text cannot be read as a playlist at all. */
export type PlaylistErrorRule = 'not-a-playlist' | 'unknown-variable' | 'too-large'

/** The only error of `parsePlaylist`: everything milder is a Violation. */
export class PlaylistError extends Error {
  readonly code = 'playlist-unreadable'
  readonly rule: PlaylistErrorRule
  /** From 1; the line that decided. */
  readonly line: number
  readonly reason: string

  constructor(rule: PlaylistErrorRule, line: number, reason: string) {
    super(`Line ${line}: ${reason}`)
    this.name = 'PlaylistError'
    this.rule = rule
    this.line = line
    this.reason = reason
  }
}
