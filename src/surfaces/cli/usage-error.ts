import type { Command, CommanderError } from 'commander'
import { InvalidInputError } from '#domain/errors.ts'

/** What commander says of a command line that it does not understand, in our form. */
export function usageError({ message }: CommanderError, verb: string | undefined): InvalidInputError {
  const [what = '', ...more] = message.replace(/^error: /, '').split('\n')
  // `(Did you mean --json?)`
  const hint = more.join(' ').replace(/^\((.*)\)$/, '$1 ')
  const help = `\`telereel ${verb === undefined ? '' : `${verb} `}--help\` shows what there is.`
  return new InvalidInputError(`${what.charAt(0).toUpperCase()}${what.slice(1).replace(/\.$/, '')}.`, {
    fix: hint + help,
  })
}

/** Throws for an option that is given with nothing: the variable of a script was empty, and nobody meant that. */
export function refuseEmptyOptions(command: Command): void {
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName())
    const texts = Array.isArray(value) ? value : [value]
    if (texts.every((text) => typeof text !== 'string' || text.trim() !== '')) continue
    throw new InvalidInputError(`${option.long} is empty.`, { fix: 'Give it a value, or leave it out.' })
  }
}
