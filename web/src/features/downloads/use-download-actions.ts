import { useQueryClient } from '@tanstack/react-query'
import type { DownloadAction } from '../../../../src/surfaces/http/contract/addresses.ts'
import { api } from '../../lib/api.ts'
import { forgetDownload } from '../../lib/apply-message.ts'
import { faultOf } from '../../lib/problem-error.ts'
import { DOWNLOADS_KEY } from '../../lib/queries.ts'
import { toast } from '../../lib/toasts.ts'

export interface DownloadActions {
  act(id: string, action: DownloadAction): void
  /** What cannot be had is left out from now on; the rest goes on where it was. */
  allowGaps(id: string): void
  retryFailed(): void
  remove(ids: readonly string[]): void
  setPriorities(changes: readonly { readonly jobId: string; readonly priority: number }[]): void
}

/** What can be done to downloads; what goes wrong is told as a toast, and the list is asked again. */
export function useDownloadActions(): DownloadActions {
  const client = useQueryClient()
  const refresh = () => client.invalidateQueries({ queryKey: DOWNLOADS_KEY })
  const run = (work: Promise<unknown>) => {
    work.catch((error: unknown) => toast(wordsOf(error), { tone: 'bad' })).finally(() => void refresh())
  }
  return {
    act: (id, action) => run(api.actOnDownload(id, action)),
    allowGaps: (id) => run(api.retryDownload(id, { allowGaps: true })),
    retryFailed: () => run(api.retryFailedDownloads()),
    remove: (ids) => {
      run(Promise.all(ids.map((id) => api.removeDownload(id))))
      for (const id of ids) forgetDownload(client, id)
    },
    setPriorities: (changes) =>
      run(Promise.all(changes.map(({ jobId, priority }) => api.changeDownload(jobId, { priority })))),
  }
}

function wordsOf(error: unknown): string {
  const { message, why, fix } = faultOf(error)
  return [message, why, fix].filter(Boolean).join(' ')
}
