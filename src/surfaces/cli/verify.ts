import { resolve } from 'node:path'
import { InvalidInputError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import { type VerifiedVideo, type VerifyLevel, verifyLibrary } from '#features/library/verify-library.ts'
import { type Verb, verbCommand } from './command.ts'
import { EXIT } from './exit-code.ts'
import { count, formatBytes } from './format-values.ts'
import { mustBeFile } from './must-be-file.ts'
import { joinProblems, problemLine } from './problem-lines.ts'

const LEVELS: Readonly<Record<string, VerifyLevel>> = { structure: 0, size: 1, full: 2 }

export const verifyVerb: Verb = {
  command: verbCommand({
    name: 'verify',
    summary: 'Reads back what is stored and compares it with the catalog.',
    examples: [
      ['verify', 'every byte of every video'],
      ['verify --level size', 'only whether everything is there'],
      ['verify --percent 5', 'a random twentieth'],
      ['verify --repair', 'mends from copies, the disk cache, the source file'],
      ['verify --repair --dry-run', 'says what that would do'],
    ],
    exits: '0 all well, 7 no such video, 20 problems found',
  })
    .option('--level <level>', 'structure, size or full', 'full')
    .option('--percent <n>', 'share of the packs to read', '100')
    .option('--video-id <id>', 'only this video')
    .option('--repair', 'mend what can be mended')
    .option('--dry-run', 'with --repair: change nothing')
    .option('--source <file>', 'with --repair, --video-id: made from this'),

  async run(options, _args, { ports, terminal }) {
    const level = LEVELS[String(options.level)]
    const percent = Number(options.percent)
    if (level === undefined) throw new InvalidInputError('--level takes structure, size or full.')
    if (!(percent > 0 && percent <= 100)) throw new InvalidInputError('--percent takes a number above 0, at most 100.')
    const wishes = wishesOf(options)
    if (wishes.sourcePath !== null) await mustBeFile(wishes.sourcePath)
    await using library = await ports.openLibrary()
    const { dryRun, sourcePath } = wishes
    const sum = { videos: 0, packs: 0, bytes: 0, problems: 0, repaired: 0, unmended: 0 }
    let lines = 0
    const verifying = verifyLibrary(library, {
      level,
      percent,
      ...(wishes.videoId && { videoId: wishes.videoId }),
      ...(options.repair === true && { mend: { ports: library.mendPorts({ dryRun }), dryRun, sourcePath } }),
      random: Math.random,
      signal: ports.signal,
    })
    for await (const { video, ...found } of verifying) {
      add(found, sum)
      const problems = found.problems.map((problem) => ({ ...problem, message: problemLine(problem) }))
      terminal.data({ v: 1, type: 'item', videoId: video.id, title: video.title, ...found, problems })
      const wrong = joinProblems(found.problems).map(problemLine)
      lines += wrong.length
      for (const line of linesOf(video.title, { ...found, wrong }, dryRun)) terminal.print(line)
      terminal.status(`${count(sum.videos, 'video')}, ${formatBytes(sum.bytes)} read`)
    }
    terminal.data({ v: 1, type: 'summary', ...sum, ...(dryRun && { dryRun }) })
    terminal.print(
      `${count(sum.videos, 'video')}, ${count(sum.packs, 'pack')}, ${formatBytes(sum.bytes)} read: ${count(lines, 'problem')}.`,
    )
    for (const line of hintsOf(sum, { repair: options.repair === true, ...wishes })) terminal.say(line)
    return sum.problems > 0 ? EXIT.problems : EXIT.done
  },
}

/** What must go together. Throws InvalidInputError. */
function wishesOf({ repair, dryRun, source, videoId }: Parameters<Verb['run']>[0]) {
  if (!repair && (dryRun || source)) throw new InvalidInputError('--dry-run and --source go with --repair.')
  if (source && !videoId) throw new InvalidInputError('--source goes with --video-id: it is the file of one video.')
  return {
    dryRun: dryRun === true,
    sourcePath: typeof source === 'string' ? resolve(source) : null,
    videoId: typeof videoId === 'string' ? (videoId as VideoId) : undefined,
  }
}

/** What a person who reads of problems would ask next. */
function hintsOf(
  sum: { readonly problems: number; readonly unmended: number },
  { repair, sourcePath }: { readonly repair: boolean; readonly sourcePath: string | null },
): string[] {
  if (sum.problems === 0) return []
  if (!repair) return ['`telereel verify --repair` mends what it can; with --dry-run it only says so.']
  if (sum.unmended === 0 || sourcePath !== null) return []
  return ['If the file that a video was made from lies elsewhere now: add --video-id ID --source FILE.']
}

type Found = Omit<VerifiedVideo, 'video'>

function add({ packs, bytes, problems, repaired, unmended }: Found, sum: Record<keyof Found | 'videos', number>): void {
  sum.videos++
  sum.packs += packs
  sum.bytes += bytes
  sum.problems += problems.length
  sum.repaired += repaired.length
  sum.unmended += unmended.length
}

/** `+` was mended, `~` would be, `-` why not, `✖` is wrong. */
function linesOf(
  title: string,
  { repaired, unmended, wrong }: Found & { readonly wrong: readonly string[] },
  dryRun: boolean,
): string[] {
  return [
    ...repaired.map((words) => `${dryRun ? '~' : '+'} ${title}: ${words}`),
    ...unmended.map((words) => `- ${title}: ${words}`),
    ...wrong.map((line) => `✖ ${title}: ${line}`),
  ]
}
