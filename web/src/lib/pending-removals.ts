import { t } from '../strings/strings.ts'
import { api } from './api.ts'
import { ExternalStore, useStored } from './external-store.ts'
import { faultOf } from './problem-error.ts'
import { dismissToast, toast } from './toasts.ts'

/** How long a deleted video can be had back. */
const GRACE_MS = 6000

interface Pending {
  readonly title: string
  readonly timer: number
  /** The request is on its way: no way back. */
  sent: boolean
}

const pending = new Map<string, Pending>()
const hidden = new ExternalStore<ReadonlySet<string>>(new Set())

function changed(): void {
  hidden.set(new Set(pending.keys()))
}

/** Hides the video at once and removes it for good after a while, unless undone. */
export function removeWithUndo(id: string, title: string): void {
  if (pending.has(id)) return
  const timer = window.setTimeout(() => void send(id), GRACE_MS)
  pending.set(id, { title, timer, sent: false })
  changed()
  const toastId = toast(t.library.deleted(title), {
    durationMs: GRACE_MS,
    action: { label: t.common.undo, run: () => undo(id) },
  })
  setTimeout(() => dismissToast(toastId), GRACE_MS)
}

/** When the page is being left there is no undo any more. */
export function sendPendingRemovals(): void {
  for (const id of pending.keys()) void send(id)
}

/** Ids of the videos that are to be shown no more. */
export function useHiddenVideos(): ReadonlySet<string> {
  return useStored(hidden)
}

function undo(id: string): void {
  const found = pending.get(id)
  if (!found || found.sent) return
  clearTimeout(found.timer)
  pending.delete(id)
  changed()
}

async function send(id: string): Promise<void> {
  const found = pending.get(id)
  if (!found || found.sent) return
  clearTimeout(found.timer)
  found.sent = true
  try {
    await api.remove(id)
    // Stays hidden: the lists may still hold it for a moment.
  } catch (error) {
    pending.delete(id)
    changed()
    toast(t.library.deleteFailed(found.title), { tone: 'bad', detail: faultOf(error).message })
  }
}
