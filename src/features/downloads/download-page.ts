import type { DownloadRequest, DownloadResult, LinkInfo } from '#domain/download.ts'
import { InvalidInputError } from '#domain/errors.ts'
import type { PageFile } from '#domain/page-tool.ts'
import type { DownloadPorts, DownloadTask } from './download-ports.ts'
import { copyToResult } from './copy-to-result.ts'
import { entryRequest } from './entry-request.ts'
import { besideOrWhy, layBeside } from './lay-beside.ts'
import { shownAddress } from '#domain/shown-address.ts'

/** More at once is rather a slip than a wish; `entries` takes more. */
const MAX_ENTRIES_UNASKED = 200

/** What a page shows, through the tool that knows pages: one video, or a download of its own for each that a list names. */
export async function downloadPage(task: DownloadTask, ports: DownloadPorts): Promise<DownloadResult> {
  const { request, signal, log } = task
  const { identity } = request
  const info = await ports.pages.look(request.url, { identity, signal })
  for (const text of info.notes) log({ level: 'info', text })
  if (info.entries.length > 0) return orderEntries(info, task, ports)

  const { title } = info
  const file = await ports.pages.download(request.url, {
    identity,
    signal,
    choice: request.choice,
    folder: await task.scratchFolder(),
    maxBytes: MAX_BYTES,
    report: ({ bytes, totalBytes, bytesPerSec, secondsLeft }) => {
      const percent = totalBytes ? Math.min(99, (bytes / totalBytes) * 100) : 0
      task.report({ stage: 'download', percent, bytes, totalBytes, bytesPerSec, secondsLeft, title })
    },
    log: (text) => log({ level: 'info', text }),
  })
  return keep(file, info, task, ports)
}

/** As large as an upload may be by default; the disk says no earlier. */
const MAX_BYTES = 50 * 2 ** 30

async function keep(
  file: PageFile,
  { title, notes }: LinkInfo,
  task: DownloadTask,
  ports: DownloadPorts,
): Promise<DownloadResult> {
  const name = task.request.title ?? (file.title || title)
  const { leftOut } = file
  const told = { notes: [...notes, ...leftOut], entries: [] } as const
  const base = { state: 'complete', kind: 'page', title: name, gaps: [], ...told } as const
  const toLibrary = ports.library !== null && task.request.target === 'library' ? ports.library : null
  if (toLibrary) {
    const { path, byteLength, subtitles } = file
    const source = { downloadId: task.id, path, title: name, subtitles, notes: leftOut }
    return { ...base, byteLength, sha256: null, path: null, videoId: await toLibrary.adoptFile(source) }
  }
  const path = task.resultPath(name, extensionOf(file.path, 'mp4'))
  const facts = await copyToResult(file.path, path, ports.results)
  const subtitles = file.subtitles.map((one) => ({ ...one, extension: extensionOf(one.path, 'vtt') }))
  const languages = file.subtitles.map(({ title, language }) => title ?? language).join(', ')
  const { beside, told: onThem } = await besideOrWhy(() => layBeside(path, subtitles, ports.results), languages, task)
  // Empties it: what was copied would take its room twice.
  await task.scratchFolder()
  return { ...base, ...facts, notes: [...base.notes, ...onThem], path, beside, videoId: null }
}

function extensionOf(path: string, otherwise: string): string {
  return /\.([a-z0-9]{1,5})$/i.exec(path)?.[1] ?? otherwise
}

async function orderEntries(info: LinkInfo, { request }: DownloadTask, ports: DownloadPorts): Promise<DownloadResult> {
  if (request.ofList) {
    throw new InvalidInputError(`${shownAddress(request.url)} is a list of videos within a list.`, {
      fix: 'Order it by its own address, if you want what it lists.',
    })
  }
  const chosen = chosenEntries(info, request)
  if (request.target === 'library' || ports.library !== null) {
    await ports.order(chosen.map(({ url }) => entryRequest(request, url)))
  }
  return {
    ...{ state: 'complete', kind: 'page', title: info.title, byteLength: 0, sha256: null, videoId: null, path: null },
    gaps: [],
    notes: [`${chosen.length} of ${info.entries.length} entries, each a download of its own.`],
    entries: chosen.map(({ url, title }) => ({ url, title })),
  }
}

function chosenEntries({ entries, url }: LinkInfo, { choice }: DownloadRequest): LinkInfo['entries'] {
  if (choice.entries === undefined) {
    if (entries.length <= MAX_ENTRIES_UNASKED) return entries
    throw new InvalidInputError(`${shownAddress(url)} lists ${entries.length} videos.`, {
      fix: `Say which ones you want, more than ${MAX_ENTRIES_UNASKED} are not taken by themselves.`,
    })
  }
  const wanted = new Set(choice.entries)
  const chosen = entries.filter(({ number }) => wanted.has(number))
  if (chosen.length > 0) return chosen
  throw new InvalidInputError('None of the entries asked for is in the list.', {
    fix: `It has the entries 1 to ${entries.length}.`,
  })
}
