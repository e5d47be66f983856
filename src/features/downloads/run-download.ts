import type { DownloadResult } from '#domain/download.ts'
import type { DownloadPorts, DownloadTask } from './download-ports.ts'
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
  if (task.finishing.aborted) {
    const { downloadFinished } = await import('./download-stream.ts')
    const result = await downloadFinished(task, ports)
    if (result) return result
  }
  const before = await ports.recordings.peek(id)
  const known = before && { title: before.head.title, recorded: before.hasMedia }
  task.report({ stage: 'look', percent: 0, bytesPerSec: 0, secondsLeft: null, ...known })
  task.log({ level: 'info', text: `Looking at ${shownAddress(request.url)}` })
  const looking = findLink(request.url, request.identity, ports.web, signal).catch((error: unknown) => ({ error }))
  // A stream is what it mostly is: that is loaded while the address answers, the other ways when they are gone.
  const { downloadRecorded, downloadStream } = await import('./download-stream.ts')
  const found = await looking
  // What a crash had left may have become a video while the address answered: then nothing of it lies here any more.
  const meanwhile = await ports.library?.completed(id)
  if (meanwhile) return { ...COMPLETE, ...meanwhile }
  if ('error' in found) {
    signal.throwIfAborted()
    return downloadRecorded(found.error, task, ports)
  }
  if (found.kind === 'hls') return downloadStream(found.playlist, task, ports)
  if (found.kind === 'file') return (await import('./download-file.ts')).downloadFile(found, task, ports)
  return (await import('./download-page.ts')).downloadPage(task, ports)
}

const COMPLETE = { state: 'complete', kind: 'hls', sha256: null, path: null, gaps: [], notes: [], entries: [] } as const
