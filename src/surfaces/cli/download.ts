import { stat } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { type Command, Option } from 'commander'
import type { DownloadRequest } from '#domain/download.ts'
import { InvalidInputError, ProductError } from '#domain/errors.ts'
import { fineCodeOf } from '#domain/job-failure.ts'
import { type Verb, type VerbContext, verbCommand } from './command.ts'
import { downloadToFile } from './download-to-file.ts'
import { downloadToLibrary } from './download-to-library.ts'
import { connectionsOf, type DownloadOptions, downloadRequestOf } from './download-wishes.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { showError } from './show-error.ts'
import { shownAddress } from '#domain/shown-address.ts'
import { showLink } from './show-link.ts'

export const downloadVerb: Verb = {
  command: withOptions(
    verbCommand({
      name: 'download',
      summary:
        'Turns an address into a video of the library, or into a file: HLS, a media file, or a page with a film.',
      examples: [
        ['download https://example.org/a.m3u8', 'into the library'],
        ['download https://example.org/a.m3u8 -o film.mp4', 'into a file'],
        ['download --list https://example.org/watch/1', 'what is there'],
        ["download URL --header 'Referer: https://a.org/'", 'as a page would ask'],
      ],
      exits:
        '0 done, 1 failed, 2 usage, 3 done with gaps or some failed, 4 login needed, 5 try again, 6 gone or protected, 7 nothing to finish or no such cookies file, 8 tool missing, 9 no space, 130 cancelled',
    }),
  ),

  async run(given, addresses, context) {
    const options = given as DownloadOptions & { readonly list?: boolean; readonly finish?: boolean }
    if (addresses.length === 0) {
      throw new InvalidInputError('No address is named.', { fix: 'telereel download URL...' })
    }
    const connections = connectionsOf(options.connections)
    const finish = options.finish === true
    const output = options.output === undefined ? null : await outputOf(options.output, addresses.length)
    if (options.title !== undefined && addresses.length > 1) {
      throw new InvalidInputError('--title names one video, several addresses are given.')
    }
    // All of them before the first: a mistake in the third is not found after an hour.
    const requests = addresses.map((address) => downloadRequestOf(address, options))
    if (options.list) return await eachOf(requests, context, (request) => list(request, context))
    if (output !== null) {
      return await eachOf(requests, context, (request) =>
        downloadToFile(request, { output, connections, finish }, context),
      )
    }
    if (connections !== null) context.terminal.warn('! --connections counts with --output only.')
    await using library = await context.ports.openLibrary()
    return await eachOf(requests, context, (request) => downloadToLibrary(request, library, { ...context, finish }))
  },
}

function withOptions(command: Command): Command {
  const more = (value: string, before: readonly string[] = []) => [...before, value]
  return command
    .argument('[urls...]', 'addresses; with any that begins with -, write -- before them')
    .addOption(new Option('--list', 'show what is there, download nothing').conflicts(['output', 'finish']))
    .option('-o, --output <file>', 'a file, or a folder/; no library is needed')
    .option('--container <kind>', 'of a file: original, mp4, mkv; by its ending')
    .option('--quality <which>', 'best, worst, 1080, 720 …, audio-only', 'best')
    .addOption(new Option('--audio-only', 'no picture').conflicts('quality'))
    .addOption(new Option('--format <id>', 'one that --list names').conflicts(['quality', 'audioOnly']))
    .option('--audio-lang <tags>', 'de,en: these only; all by default', more)
    .option('--subtitles <which>', 'all, none, or de,en', 'all')
    .option('--entries <numbers>', 'of a list: 1,3-5')
    .option('--title <title>', 'for a single address')
    .option('--header <line>', "'Name: value'; may be repeated", more)
    .option('--also-to <host>', 'another host that may get these headers', more)
    .option('--cookie <text>', 'as the header')
    .option('--cookies <name>', 'cookies/NAME.txt in the data folder')
    .option('--referer <url>', 'as the header')
    .option('--user-agent <text>', 'as the header')
    .option('--proxy <url>', 'http://host:port')
    .option('--allow-gaps', 'leave out what cannot be had, and tell it')
    .option('--live-from <where>', 'start (of what is listed) or edge', 'start')
    .option('--duration <sec>', 'ends a recording by itself')
    .option('--finish', 'ask for no more: what an earlier run recorded of a stream is the result')
    .option('--connections <number>', 'the most at once, with --output')
}

/** An existing folder needs no slash. */
async function outputOf(text: string, addresses: number): Promise<string> {
  if (text === '' || text === '-') throw new InvalidInputError('--output wants the name of a file or a folder.')
  const path = resolve(text)
  const found = await stat(path).catch(() => null)
  if (found && !found.isFile() && !found.isDirectory()) {
    throw new InvalidInputError(`${path} is neither a file nor a folder.`, {
      why: 'A download ends with a new file in its place: a device or a pipe would be gone.',
      fix: 'Name a file or a folder.',
    })
  }
  const isFolder = /[/\\]$/.test(text) || found?.isDirectory() === true
  if (isFolder) return path.endsWith(sep) ? path : path + sep
  if (addresses === 1) return path
  throw new InvalidInputError('--output names one file, several addresses are given.', {
    fix: `Name a folder: --output ${text}${sep}`,
  })
}

/** One after another; what fails says so and the others go on, unless somebody stopped it all. */
async function eachOf(
  requests: readonly DownloadRequest[],
  { ports, terminal }: VerbContext,
  run: (request: DownloadRequest) => Promise<ExitCode>,
): Promise<ExitCode> {
  const codes: ExitCode[] = []
  for (const request of requests) {
    codes.push(await run(request).catch((error: unknown) => fail(error, shownAddress(request.url), terminal)))
    if (ports.signal.aborted) break
  }
  const failed = codes.filter((code) => code !== EXIT.done)
  if (failed.length === 0) return EXIT.done
  if (failed.includes(EXIT.cancelled)) return EXIT.cancelled
  return failed.length < codes.length ? EXIT.partly : (failed[0] as ExitCode)
}

/** On both streams: programs read the first, people and scripts of old the second. */
function fail(error: unknown, url: string, terminal: VerbContext['terminal']): ExitCode {
  const exit = showError(error, terminal, url)
  if (error instanceof ProductError) {
    const { message, why, fix } = error
    terminal.data({ v: 1, type: 'error', url, code: fineCodeOf(error), message, why, fix, exit })
  }
  return exit
}

async function list({ url, identity }: DownloadRequest, { ports, terminal }: VerbContext): Promise<ExitCode> {
  showLink(await ports.lookAt(url, identity), terminal)
  return EXIT.done
}
