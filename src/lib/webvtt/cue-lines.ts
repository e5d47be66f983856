import { MAX_CUE_LENGTH } from './subtitle-error.ts'

/** Lines of one cue, as far as a cue may go. */
export class CueLines {
  readonly lines: string[] = []
  #length = 0

  push(line: string): void {
    this.#length += line.length + 1
    if (this.#length <= MAX_CUE_LENGTH) this.lines.push(line)
  }
}
