import { type RebuildFinding, rebuildLibrary } from '#features/library/rebuild-library.ts'
import { restoreSnapshot } from '#features/library/restore-snapshot.ts'
import type { RebuildLibrary } from './cli-ports.ts'
import { type Verb, verbCommand } from './command.ts'
import { EXIT } from './exit-code.ts'
import { formatDuration } from './format-values.ts'
import type { Terminal } from './terminal.ts'

export const rebuildVerb: Verb = {
  command: verbCommand({
    name: 'rebuild',
    summary: 'Makes the catalog anew from the store alone. Videos that the catalog knows stay as they are.',
    examples: [
      ['rebuild --dry-run', 'says what it would find'],
      ['rebuild', 'restores it'],
      ['rebuild --recovery-key KEY', 'from a channel, on an empty data folder'],
    ],
    exits: '0 done, 3 some videos could only be restored in part, 7 nothing found',
  })
    .option('--dry-run', 'only say what would be restored')
    .option('--recovery-key <key>', 'the key that was shown when the library was made'),

  async run(options, _args, { ports, terminal }) {
    const dryRun = options.dryRun === true
    const key = typeof options.recoveryKey === 'string' ? options.recoveryKey : undefined
    await using library = await ports.openForRebuild(key)
    const sum = { restored: 0, partial: 0, known: 0, unreadable: 0, hopeless: 0 }
    for await (const finding of findings(library, { dryRun, signal: ports.signal }, terminal)) {
      sum[finding.kind]++
      if (finding.kind === 'restored' && finding.how === 'partial') sum.partial++
      terminal.data({ v: 1, type: 'item', ...jsonOf(finding) })
      if (finding.kind !== 'known') terminal.print(lineOf(finding))
    }
    terminal.data({ v: 1, type: 'summary', dryRun, ...sum })
    terminal.print(
      `${sum.restored} restored (${sum.partial} in part), ${sum.known} known already, ${sum.unreadable + sum.hopeless} unusable.`,
    )
    if (sum.restored + sum.known === 0) return EXIT.notFound
    return sum.partial + sum.unreadable + sum.hopeless > 0 ? EXIT.partly : EXIT.done
  },
}

/** What a snapshot tells first, then what only the blobs themselves tell. */
async function* findings(
  library: RebuildLibrary,
  options: { readonly dryRun: boolean; readonly signal: AbortSignal },
  terminal: Terminal,
): AsyncIterable<RebuildFinding> {
  const snapshot = await library.findBlobs((words) => terminal.status(words))
  const told = new Set<string>()
  if (snapshot) {
    terminal.say(`A snapshot of ${snapshot.savedAt.toISOString()} was found.`)
    for await (const record of restoreSnapshot(snapshot, library.catalog, options)) {
      told.add(record.video.id)
      yield { kind: 'restored', record, how: 'whole' }
    }
  }
  for await (const finding of rebuildLibrary(library, options)) {
    const videoId = 'record' in finding ? finding.record.video.id : 'videoId' in finding ? finding.videoId : ''
    if (!told.has(videoId)) yield finding
  }
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
