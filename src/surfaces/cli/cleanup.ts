import { InvalidInputError } from '#domain/errors.ts'
import { type Verb, verbCommand } from './command.ts'
import { EXIT } from './exit-code.ts'
import { count, formatBytes } from './format-values.ts'

export const cleanupVerb: Verb = {
  command: verbCommand({
    name: 'cleanup',
    summary: 'Removes cache entries, stale uploads and work files that nothing needs.',
    examples: [
      ['cleanup --hours 24', 'what is older than a day'],
      ['cleanup --hours 24 --dry-run', 'says what would go'],
    ],
    exits: '0 done, 2 usage',
  })
    .option('--hours <n>', 'only what is older than this', '24')
    .option('--dry-run', 'only say what would go'),

  async run(options, _args, { ports, terminal }) {
    const hours = hoursOf(String(options.hours))
    await using library = await ports.openLibrary()
    const freed = await library.cleanup({ olderThanHours: hours, dryRun: options.dryRun === true })
    const bytes = freed.reduce((sum, { byteLength }) => sum + byteLength, 0)
    terminal.data({ dryRun: options.dryRun === true, files: freed, bytes })
    for (const { path, byteLength, reason } of freed) terminal.print(`${path}  ${formatBytes(byteLength)}  ${reason}`)
    terminal.print(
      `${options.dryRun ? 'Would free' : 'Freed'} ${formatBytes(bytes)} in ${count(freed.length, 'file')}.`,
    )
    return EXIT.done
  },
}

function hoursOf(text: string): number {
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text)
  throw new InvalidInputError(`--hours takes a number, not ${JSON.stringify(text)}.`, { fix: 'A day: --hours 24.' })
}
