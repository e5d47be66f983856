import { Command, Option } from 'commander'
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
  const shown = examples.map(([command, meaning]) => example(command, meaning, width)).join('\n')
  return new Command(name)
    .summary(summary)
    .addHelpText('before', `${wrap(summary)}\n\nExamples:\n${shown}\n`)
    .addHelpText('after', `\n${wrap(`Exit codes: ${exits}`)}`)
    .option('--json', 'print JSON on standard output, talk on standard error')
    .option('-q, --quiet', 'no talk')
    .option('--debug', 'show stacks of errors')
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'))
    .option('--no-input', 'never ask')
    .exitOverride()
}

const HELP_COLUMNS = 80

/** The meaning goes below where it does not fit beside the command. */
function example(command: string, meaning: string, width: number): string {
  const line = `  telereel ${command.padEnd(width)}  ${meaning}`
  return line.length <= HELP_COLUMNS ? line : `  telereel ${command}\n      ${meaning}`
}

/** Breaks between words, so that no line is longer than a narrow terminal. */
function wrap(text: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? ''
    if (last === '') lines[lines.length - 1] = word
    else if (last.length + 1 + word.length <= HELP_COLUMNS) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.join('\n')
}
