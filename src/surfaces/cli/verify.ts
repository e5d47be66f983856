import type { BlobRepairs } from '#domain/blob-store.ts'
import { InvalidInputError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import { type VerifyLevel, verifyLibrary } from '#features/library/verify-library.ts'
import type { CliLibrary } from './cli-ports.ts'
import { type Verb, verbCommand } from './command.ts'
import { EXIT } from './exit-code.ts'
import { count, formatBytes } from './format-values.ts'

const LEVELS: Readonly<Record<string, VerifyLevel>> = { structure: 0, size: 1, full: 2 }

export const verifyVerb: Verb = {
  command: verbCommand({
    name: 'verify',
    summary: 'Reads back what is stored and compares it with the catalog.',
    examples: [
      ['verify', 'every byte of every video'],
      ['verify --level size', 'only whether everything is there'],
      ['verify --percent 5', 'a random twentieth'],
      ['verify --repair', 'makes lost copies anew where another is left'],
    ],
    exits: '0 all well, 7 no such video, 20 problems found',
  })
    .option('--level <level>', 'structure, size or full', 'full')
    .option('--percent <n>', 'share of the packs to read', '100')
    .option('--video-id <id>', 'only this video')
    .option('--repair', 'mend what can be mended'),

  async run(options, _args, { ports, terminal }) {
    const level = LEVELS[String(options.level)]
    const percent = Number(options.percent)
    if (level === undefined) throw new InvalidInputError('--level takes structure, size or full.')
    if (!(percent > 0 && percent <= 100)) throw new InvalidInputError('--percent takes a number above 0, at most 100.')
    await using library = await ports.openLibrary()
    const only = typeof options.videoId === 'string' ? { videoId: options.videoId as VideoId } : {}
    const repairs = options.repair ? repairsOf(library) : {}
    const sum = { videos: 0, packs: 0, bytes: 0, problems: 0, repaired: 0 }
    const wishes = { level, percent, ...only, ...repairs, random: Math.random, signal: ports.signal }
    for await (const { video, packs, bytes, problems, repaired } of verifyLibrary(library, wishes)) {
      sum.videos++
      sum.packs += packs
      sum.bytes += bytes
      sum.problems += problems.length
      sum.repaired += repaired.length
      terminal.data({ v: 1, type: 'item', videoId: video.id, title: video.title, packs, bytes, problems, repaired })
      for (const message of repaired) terminal.print(`+ ${video.title}: ${message}`)
      for (const { message } of problems) terminal.print(`✖ ${video.title}: ${message}`)
      terminal.status(`${count(sum.videos, 'video')}, ${formatBytes(sum.bytes)} read`)
    }
    terminal.data({ v: 1, type: 'summary', ...sum })
    terminal.print(
      `${count(sum.videos, 'video')}, ${count(sum.packs, 'pack')}, ${formatBytes(sum.bytes)} read: ${count(sum.problems, 'problem')}.`,
    )
    return sum.problems > 0 ? EXIT.problems : EXIT.done
  },
}

function repairsOf({ repairs }: CliLibrary): { readonly repairs: BlobRepairs } {
  if (repairs) return { repairs }
  throw new InvalidInputError('This store keeps one copy of everything: there is nothing to repair it from.', {
    fix: 'Upload the damaged video again; `telereel verify` names it.',
  })
}
