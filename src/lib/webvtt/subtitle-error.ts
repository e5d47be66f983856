/** A subtitle is foreign input; beyond these it is refused. Typeset ASS files reach some tens of thousands of cues. */
export const MAX_SUBTITLE_LENGTH = 32 * 1024 * 1024
export const MAX_CUES = 200_000
/** Characters of one cue, with all its markup; what comes behind is no text that anybody reads, and costs many times its length. */
export const MAX_CUE_LENGTH = 64 * 1024

/** The only error of this folder: the subtitle is larger than any real one. */
export class SubtitleError extends Error {
  readonly code = 'subtitle-too-large'

  constructor(reason: string) {
    super(`The subtitle is too large: ${reason}`)
    this.name = 'SubtitleError'
  }
}
