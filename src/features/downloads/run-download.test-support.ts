import { join } from 'node:path'
import { DiskPartFiles } from '#adapters/disk/disk-part-files.ts'
import { DiskResultFiles } from '#adapters/disk/disk-result-files.ts'
import { type DownloadRequest, type DownloadResult, FROM_START, NO_IDENTITY, PLAIN_CHOICE } from '#domain/download.ts'
import type { JobId } from '#domain/ids.ts'
import type { JobProgress } from '#domain/job-queue.ts'
import { aes128CbcDecipher } from '#lib/segment-bytes/aes-128-cbc.ts'
import { GzipInflater } from '#lib/segment-bytes/gzip-inflater.ts'
import { type FetchLab, NEVER } from '#test/support/fetch-lab.ts'
import type { DownloadPorts } from './download-ports.ts'
import { runDownload } from './run-download.ts'

interface RunOptions {
  readonly allowGaps?: boolean
  readonly finishing?: AbortSignal
  readonly signal?: AbortSignal
  readonly report?: (progress: JobProgress) => void
  /** The file bears the title. */
  readonly named?: boolean
}

/** A download to a file, as the queue runs it; the same id goes on with what is there. */
export async function run(
  lab: FetchLab,
  url: string,
  id: string,
  { allowGaps = false, finishing = NEVER, signal = NEVER, report = () => {}, named = false }: RunOptions = {},
): Promise<DownloadResult> {
  const ports = {
    ...{ web: lab.web, recordings: lab.recordings, results: new DiskResultFiles(), parts: new DiskPartFiles() },
    governor: { connections: 32, onChange: () => () => {} } as unknown as DownloadPorts['governor'],
    newDecipher: aes128CbcDecipher,
    newInflater: (maxBytes: number) => new GzipInflater(maxBytes),
    library: null,
  }
  const wish = { target: 'file', choice: PLAIN_CHOICE, identity: NO_IDENTITY, live: FROM_START } as const
  const request: DownloadRequest = { url, allowGaps, ...wish }
  const task = {
    ...{ id: id as JobId, request, signal, finishing, report, log: () => {} },
    resultPath: (title: string, extension: string) =>
      join(lab.folder, `${named ? title : `${id}-result`}.${extension}`),
    scratchFolder: async () => lab.folder,
  }
  return await runDownload(task, ports as unknown as DownloadPorts)
}
