import type { DownloadResult } from '#domain/download.ts'
import { downloadFile } from './download-file.ts'
import { downloadPage } from './download-page.ts'
import type { DownloadPorts, DownloadTask } from './download-ports.ts'
import { downloadRecorded, downloadStream } from './download-stream.ts'
import { findLink } from './find-link.ts'
import { shownAddress } from '#domain/shown-address.ts'

/**
 * Whatever stands at an address becomes a video of the library, or a file. Run again after a crash, a pause or a failure it
 * goes on where it was. Rejects with what the web, the page, the stream or the disk refuse.
 */
export async function runDownload(task: DownloadTask, ports: DownloadPorts): Promise<DownloadResult> {
  const { id, request, signal } = task
  const completed = await ports.library?.completed(id)
  if (completed) return { ...COMPLETE, ...completed }
  task.report({ stage: 'look', percent: 0, bytesPerSec: 0, secondsLeft: null })
  task.log({ level: 'info', text: `Looking at ${shownAddress(request.url)}` })
  const found = await findLink(request.url, request.identity, ports.web, signal).catch((error: unknown) => ({ error }))
  if ('error' in found) {
    signal.throwIfAborted()
    return downloadRecorded(found.error, task, ports)
  }
  if (found.kind !== 'page' && request.identity.cookies !== undefined) task.log({ level: 'warn', text: PAGES_ONLY })
  if (found.kind === 'hls') return downloadStream(found.playlist, task, ports)
  if (found.kind === 'file') return downloadFile(found, task, ports)
  return downloadPage(task, ports)
}

const PAGES_ONLY = 'The cookies file is for pages; a stream or a file gets a cookie as a header (Cookie: name=value).'

const COMPLETE = { state: 'complete', kind: 'hls', sha256: null, path: null, gaps: [], notes: [], entries: [] } as const
