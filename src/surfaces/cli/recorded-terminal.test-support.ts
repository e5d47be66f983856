import pc from 'picocolors'
import type { Terminal } from './terminal.ts'

export interface Recorded {
  readonly json: boolean
  /** Filled with every value, as a program reads it. */
  readonly data: Record<string, unknown>[]
  /** Filled with every line, of the result and of talk. */
  readonly talk: string[]
}

/** A terminal that keeps what it is told, and at which nobody sits. */
export function recordedTerminal({ json, data, talk }: Recorded): Terminal {
  const say = (line: string) => void talk.push(line)
  return {
    ...{ json, quiet: false, debug: false, animated: false, colors: pc.createColors(false) },
    print: say,
    say,
    warn: say,
    status: () => undefined,
    data: (value) => void data.push(JSON.parse(JSON.stringify(value))),
    confirm: async () => null,
  }
}
