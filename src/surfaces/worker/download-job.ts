import type { DownloadRequest, DownloadResult } from '#domain/download.ts'
import type { JobId } from '#domain/ids.ts'
import { jobFailureOf } from '#domain/job-failure.ts'
import type { JobLogLine, JobLogs } from '#domain/job-logs.ts'
import type { JobContext } from '#domain/job-queue.ts'
import type { DownloadPorts } from '#features/downloads/download-ports.ts'
import { runDownload } from '#features/downloads/run-download.ts'

export interface DownloadJobPorts extends DownloadPorts {
  readonly logs: JobLogs
  /** Of this download, emptied. */
  scratchFolder(id: JobId): Promise<string>
  /** Absolute path of the file that this download gives. */
  resultPath(id: JobId, title: string, extension: string): string
}

/** Runs a download of the queue; its log says how it went. */
export async function downloadJob(
  request: DownloadRequest,
  { id, attempt, signal, finishing, report }: JobContext,
  { logs, ...ports }: DownloadJobPorts,
): Promise<DownloadResult> {
  const log = (line: JobLogLine) => logs.write(id, line)
  if (attempt > 1) log({ level: 'info', text: `Attempt ${attempt}.` })
  const places = {
    resultPath: (title: string, extension: string) => ports.resultPath(id, title, extension),
    scratchFolder: () => ports.scratchFolder(id),
  }
  try {
    return await runDownload({ id, request, signal, finishing, report, log, ...places }, ports)
  } catch (error) {
    if (signal.aborted) log({ level: 'info', text: 'Stopped. What is there stays.' })
    else log({ level: 'error', text: jobFailureOf(error).message })
    throw error
  }
}
