import type { DownloadResult } from '#domain/download.ts'
import type { DownloadPorts, DownloadTask } from './download-ports.ts'
import { fetchFile } from './fetch/fetch-file.ts'
import { type FoundLink, webIdentityOf } from './find-link.ts'

type FoundFile = Extract<FoundLink, { readonly kind: 'file' }>

/** A media file by its address: taken as it is, bit for bit. */
export async function downloadFile(
  found: FoundFile,
  task: DownloadTask,
  ports: DownloadPorts,
): Promise<DownloadResult> {
  const { request, signal, log, connections } = task
  const title = request.title ?? found.title
  const path = task.resultPath(title, found.extension)
  const facts = await fetchFile(
    request.url,
    ports.parts,
    { ...ports, log },
    {
      path,
      identity: webIdentityOf(request.url, request.identity),
      ...(connections !== undefined && { connections }),
      signal,
      report: (progress) => task.report({ ...progress, title }),
    },
  )
  const base = { state: 'complete', kind: 'file', title, ...facts, gaps: [], entries: [] } as const
  if (ports.library === null || request.target === 'file') {
    return { ...base, path, videoId: null, notes: notesOn(task, found) }
  }
  return {
    ...base,
    path: null,
    videoId: await ports.library.adoptFile({ downloadId: task.id, path, title }),
    notes: [],
  }
}

function notesOn({ request }: DownloadTask, { extension }: FoundFile): string[] {
  const wished = request.container ?? 'original'
  const isOther = wished !== 'original' && wished !== extension
  return isOther ? [`The file is taken as it is (${extension}), it was not repacked into ${wished}.`] : []
}
