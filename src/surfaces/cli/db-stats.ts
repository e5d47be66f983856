import { type Verb, verbCommand } from './command.ts'
import { EXIT } from './exit-code.ts'
import { formatBytes, formatDuration } from './format-values.ts'

export const dbStatsVerb: Verb = {
  command: verbCommand({
    name: 'db-stats',
    summary: 'Shows the figures of the catalog.',
    examples: [['db-stats', 'videos, segments, stored bytes']],
    exits: '0 done',
  }),

  async run(_options, _args, { ports, terminal }) {
    await using library = await ports.openLibrary()
    const stats = await library.catalog.stats()
    terminal.data(stats)
    const { queued, ingesting, ready, failed } = stats.byState
    terminal.print(
      `videos     ${stats.videos} (${ready} active, ${queued + ingesting} processing, ${failed} with errors)`,
    )
    terminal.print(`length     ${formatDuration(stats.durationSec)}`)
    terminal.print(`tracks     ${stats.tracks}, ${stats.subtitles} of them subtitles`)
    terminal.print(`segments   ${stats.segments}`)
    terminal.print(`packs      ${stats.packs}, ${formatBytes(stats.storedBytes)} stored`)
    return EXIT.done
  },
}
