import { sep } from 'node:path'
import type { DownloadRequest, DownloadResult } from '#domain/download.ts'
import { InvalidInputError } from '#domain/errors.ts'
import { entryRequest } from '#features/downloads/entry-request.ts'
import type { VerbContext } from './command.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { downloadRequestOf } from './download-wishes.ts'
import { onInterrupt } from './on-interrupt.ts'
import { progressShower, RECORDING, showDownloadResult } from './show-download.ts'
import { shownAddress } from '#domain/shown-address.ts'

interface FileTarget {
  readonly output: string
  readonly connections: number | null
  /** What an earlier run recorded is all that is wanted. */
  readonly finish: boolean
}

/** Downloads to a file without a library; a list becomes several files. */
export async function downloadToFile(
  request: DownloadRequest,
  target: FileTarget,
  context: VerbContext,
): Promise<ExitCode> {
  const result = await getFile(request, target, context)
  if (result === null) return EXIT.cancelled
  if (result.entries.length === 0) {
    return showDownloadResult(result, { url: shownAddress(request.url), links: null }, context.terminal)
  }
  if (!target.output.endsWith(sep)) {
    throw new InvalidInputError(`There are ${result.entries.length} videos, and --output names one file.`, {
      fix: `Name a folder (--output ${target.output}${sep}), or one of them (--entries 1).`,
    })
  }
  const codes: ExitCode[] = []
  for (const { url } of result.entries) {
    codes.push(await downloadToFile(entryRequest(request, url), target, context))
    if (context.ports.signal.aborted) return EXIT.cancelled
  }
  return codes.find((code) => code !== EXIT.done) ?? EXIT.done
}

/** Null when somebody stopped it. */
async function getFile(
  request: DownloadRequest,
  { output, connections, finish }: FileTarget,
  { ports, terminal }: VerbContext,
): Promise<DownloadResult | null> {
  const url = shownAddress(request.url)
  const [stopping, finishing] = [new AbortController(), new AbortController()]
  if (finish) finishing.abort()
  const show = progressShower(url, terminal)
  let stage = ''
  using _interrupt = onInterrupt(ports.signal, () => {
    if (stage === RECORDING) {
      terminal.warn('Ending the recording with what is there. Ctrl-C again stops now.')
      finishing.abort(ports.signal.reason)
    } else stopping.abort(ports.signal.reason)
  })
  try {
    return await ports.downloadToFile(request, {
      output,
      connections,
      onProgress: (progress) => {
        stage = progress.stage
        show(progress)
      },
      onLog: ({ level, text }) => {
        if (level === 'info') terminal.say(text)
        else {
          terminal.data({ v: 1, type: 'warning', url, message: text })
          terminal.warn(`! ${text}`)
        }
      },
      signal: stopping.signal,
      finishing: finishing.signal,
    })
  } catch (error) {
    if (!stopping.signal.aborted) throw error
    terminal.warn(
      `Stopped. What is there stays beside the file; this goes on from there:\n  ${commandOf(request, output)}`,
    )
    return null
  }
}

/** What goes on with it: only the same request does. Headers may be secrets, so options are not repeated. */
export function commandOf({ ofList: _, ...request }: DownloadRequest, output: string | null): string {
  const { url } = request
  const words = ['telereel', 'download', quoted(url), ...(output === null ? [] : ['--output', quoted(output)])]
  const plain = downloadRequestOf(url, output === null ? {} : { output })
  const isPlain = JSON.stringify(request) === JSON.stringify(plain)
  return words.join(' ') + (isPlain ? '' : ' …   (and the same options)')
}

/** For any POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
