import { ExternalStore } from '../../lib/external-store.ts'

/** The downloads whose log is open. A row that ends moves to another list; its log stays open where it is read. */
export const openLogs = new ExternalStore<ReadonlySet<string>>(new Set())

export function turnLog(jobId: string): void {
  const open = new Set(openLogs.get())
  if (!open.delete(jobId)) open.add(jobId)
  openLogs.set(open)
}
