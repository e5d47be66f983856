import type { JobContext, JobProgress } from '#domain/job-queue.ts'

const LOOK_EVERY_MS = 1000

/** Why the store takes nothing at this moment, in words; null when it does. */
export type StoreWait = () => Promise<string | null>

/** Reports of a job that also say why it stands still while the store waits. Dispose of it when the job has ended. */
export function reportWithWaits(
  report: JobContext['report'],
  storeWait: StoreWait,
): { readonly report: JobContext['report'] } & Disposable {
  let last: JobProgress | null = null
  let isNoted = false
  const look = async () => {
    const note = await storeWait().catch(() => null)
    if (!last || (note === null && !isNoted)) return
    isNoted = note !== null
    report({ ...last, ...(note !== null && { note, bytesPerSec: 0 }) })
  }
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  return {
    report: (progress) => {
      last = progress
      report(progress)
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
