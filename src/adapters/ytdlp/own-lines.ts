import { z } from 'zod'
import { ProgressSum } from './progress-sum.ts'
import type { SaidSubtitle } from './take-subtitles.ts'

const Part = z.object({
  filepath: z.string(),
  vcodec: z.string().nullish().catch(null),
  acodec: z.string().nullish().catch(null),
})
type Part = z.infer<typeof Part>

const Subtitle = z.object({ filepath: z.string().nullish().catch(null), name: z.string().nullish().catch(null) })

const TOO_LARGE = /^\[download\] File is larger than max-filesize/

/** Reads the lines that carry our prefix; all others are only for the log. */
export class OwnLines {
  readonly progress = new ProgressSum()
  readonly #prefix: string
  title: string | null = null
  /** It says so on a line of its own and ends well. */
  isTooLarge = false
  /** What was written: one file, or picture and sound. */
  #file: string | null = null
  #parts: readonly Part[] = []
  subtitles: readonly SaidSubtitle[] = []

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** A report when the line is one, null when it told something else, undefined when it is not ours. */
  read(line: string): ReturnType<ProgressSum['add']> | undefined {
    if (!line.startsWith(this.#prefix)) {
      this.isTooLarge ||= TOO_LARGE.test(line)
      return undefined
    }
    const kind = line.at(this.#prefix.length)
    const value = jsonOf(line.slice(this.#prefix.length + 1))
    if (kind === 'P') return this.progress.add(value)
    if (kind === 'B') this.progress.announce(value)
    if (kind === 'T' && typeof value === 'string') this.title = value
    if (kind === 'F' && typeof value === 'string') this.#file = value
    if (kind === 'R') this.#parts = z.array(Part).safeParse(value).data ?? []
    if (kind === 'S') this.subtitles = z.array(Subtitle).safeParse(value).data ?? []
    return null
  }

  get files(): readonly Part[] {
    if (this.#parts.length > 0) return this.#parts
    return this.#file === null ? [] : [{ filepath: this.#file, vcodec: null, acodec: null }]
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
