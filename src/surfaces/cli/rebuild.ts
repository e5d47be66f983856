import { type RebuildFinding, rebuildLibrary } from '#features/library/rebuild-library.ts'
import { type Verb, verbCommand } from './command.ts'
import { EXIT } from './exit-code.ts'
import { formatDuration } from './format-values.ts'

export const rebuildVerb: Verb = {
  command: verbCommand({
    name: 'rebuild',
    summary: 'Makes the catalog anew from the store alone. Videos that the catalog knows stay as they are.',
    examples: [
      ['rebuild --dry-run', 'says what it would find'],
      ['rebuild', 'restores it'],
    ],
    exits: '0 done, 3 some videos could only be restored in part, 7 nothing found',
  }).option('--dry-run', 'only say what would be restored'),

  async run(options, _args, { ports, terminal }) {
    await using library = await ports.openLibrary()
    const sum = { restored: 0, partial: 0, known: 0, unreadable: 0, hopeless: 0 }
    const found = rebuildLibrary(library, { dryRun: options.dryRun === true, signal: ports.signal })
    for await (const finding of found) {
      sum[finding.kind]++
      if (finding.kind === 'restored' && finding.how === 'partial') sum.partial++
      terminal.data({ v: 1, type: 'item', ...jsonOf(finding) })
      if (finding.kind !== 'known') terminal.print(lineOf(finding))
    }
    terminal.data({ v: 1, type: 'summary', dryRun: options.dryRun === true, ...sum })
    terminal.print(
      `${sum.restored} restored (${sum.partial} in part), ${sum.known} known already, ${sum.unreadable + sum.hopeless} unusable.`,
    )
    if (sum.restored + sum.known === 0) return EXIT.notFound
    return sum.partial + sum.unreadable + sum.hopeless > 0 ? EXIT.partly : EXIT.done
  },
}

function lineOf(finding: RebuildFinding): string {
  if (finding.kind === 'restored') {
    const { title, durationSec } = finding.record.video
    return `${finding.how === 'whole' ? '✓' : '!'} ${title}  ${formatDuration(durationSec ?? 0)}${finding.how === 'partial' ? '  in part' : ''}`
  }
  if (finding.kind === 'unreadable') return `✖ ${finding.ref}: ${finding.message}`
  return finding.kind === 'hopeless' ? `✖ ${finding.videoId}: ${finding.message}` : finding.videoId
}

function jsonOf(finding: RebuildFinding): object {
  if (finding.kind !== 'restored') return finding
  const { id, title, durationSec } = finding.record.video
  return {
    kind: finding.kind,
    how: finding.how,
    videoId: id,
    title,
    durationSec,
    segments: finding.record.segments.length,
  }
}
