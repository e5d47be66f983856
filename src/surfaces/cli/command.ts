import { Command } from 'commander'
import type { CliPorts } from './cli-ports.ts'
import type { ExitCode } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

/** What one verb is made of; `program.ts` turns it into a command. */
export interface Verb {
  readonly command: Command
  run(options: Readonly<Record<string, unknown>>, args: readonly string[], context: VerbContext): Promise<ExitCode>
}

export interface VerbContext {
  readonly ports: CliPorts
  readonly terminal: Terminal
}

export interface VerbText {
  readonly name: string
  readonly summary: string
  /** What a person would type, with a word on each. */
  readonly examples: readonly (readonly [command: string, meaning: string])[]
  readonly exits: string
}

/** A verb whose help begins with its sentence and its examples. */
export function verbCommand({ name, summary, examples, exits }: VerbText): Command {
  const width = Math.max(...examples.map(([command]) => command.length))
  const shown = examples.map(([command, meaning]) => `  telereel ${command.padEnd(width)}  ${meaning}`).join('\n')
  return new Command(name)
    .summary(summary)
    .addHelpText('before', `${summary}\n\nExamples:\n${shown}\n`)
    .addHelpText('after', `\nExit codes: ${exits}`)
    .option('--json', 'print JSON on standard output, talk on standard error')
    .option('-q, --quiet', 'no talk')
    .option('--debug', 'show stacks of errors')
    .option('--color <when>', 'auto, always or never', 'auto')
    .option('--no-input', 'never ask')
    .exitOverride()
}
