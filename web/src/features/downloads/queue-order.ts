import type { Download } from '../../../../src/surfaces/http/contract/download.ts'

type Queued = Pick<Download, 'jobId' | 'priority' | 'createdAt'>

/** The contract allows no more. */
const HIGHEST = 100

/** As the queue takes them: higher priority first, among equals the older. */
export function inQueueOrder<T extends Queued>(downloads: readonly T[]): T[] {
  return downloads.toSorted((a, b) => b.priority - a.priority || a.createdAt.localeCompare(b.createdAt))
}

/**
 * Which priorities to set so that `id` stands one place further up, or first. As few as that needs; empty when it stands
 * there, or when no higher priority is left to give.
 */
export function movedUp(
  waiting: readonly Queued[],
  id: string,
  to: 'up' | 'first',
): { readonly jobId: string; readonly priority: number }[] {
  const order = inQueueOrder(waiting)
  const at = order.findIndex(({ jobId }) => jobId === id)
  const moved = order[at]
  if (!moved || at === 0) return []
  order.splice(at, 1)
  order.splice(to === 'up' ? at - 1 : 0, 0, moved)
  const changes = prioritiesFor(order)
  return changes.some(({ priority }) => priority > HIGHEST) ? [] : changes
}

/** From the last to the first, each is raised as far as it takes to stand before the one after it. */
function prioritiesFor(order: readonly Queued[]): { readonly jobId: string; readonly priority: number }[] {
  const changes: { readonly jobId: string; readonly priority: number }[] = []
  let [floor, floorCreatedAt] = [Number.NEGATIVE_INFINITY, '']
  for (const { jobId, priority, createdAt } of order.toReversed()) {
    const next = Math.max(priority, floor + (createdAt < floorCreatedAt ? 0 : 1))
    if (next !== priority) changes.push({ jobId, priority: next })
    floor = next
    floorCreatedAt = createdAt
  }
  return changes
}
