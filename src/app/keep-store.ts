import { setTimeout as wait } from 'node:timers/promises'
import { ProductError } from '#domain/errors.ts'
import { hasEnded } from '#domain/has-ended.ts'
import type { JobName } from '#domain/job-queue.ts'
import { saveSnapshot } from '#features/library/save-snapshot.ts'
import type { Core } from './compose.ts'

/** Deletes of what nobody needs must not become too late for Telegram (48 h). */
const SWEEP_EVERY_MS = 6 * 3600 * 1000
const LOOK_EVERY_MS = 30_000

/** Ingests leave messages behind; a download only what an ingest then takes. */
const INGESTS: ReadonlySet<JobName> = new Set(['ingest-video', 'ingest-recording'])

interface KeptCore {
  readonly store: Pick<Core['store'], 'sweep' | 'settle' | 'scrub' | 'snapshots'>
  readonly ports: Pick<Core['ports'], 'catalog' | 'events' | 'sha256'>
  readonly database: Pick<Core['database'], 'ledger'>
}

/** While the server runs: the store is swept after every ingest and every six hours, keeps a copy of the catalog, and is looked through. */
export async function keepStore(
  core: KeptCore,
  signal: AbortSignal,
  { lookEveryMs = LOOK_EVERY_MS }: { readonly lookEveryMs?: number } = {},
): Promise<void> {
  const { events } = core.ports
  let sweptAtMs = Number.NEGATIVE_INFINITY
  let hasWorked = false
  const unsubscribe = events.subscribe((event) => {
    if (event.kind === 'job-changed' && INGESTS.has(event.job.name)) hasWorked ||= hasEnded(event.job)
  })
  try {
    while (!signal.aborted) {
      const isDue = performance.now() - sweptAtMs > SWEEP_EVERY_MS
      const sweep = () => (isDue ? core.store.sweep(signal) : core.store.settle(signal))
      if (isDue || hasWorked) {
        hasWorked = false
        const done = await tried('The sweep of the store', sweep, core, signal)
        if (isDue && done) sweptAtMs = performance.now()
        hasWorked ||= !done
      }
      await tried('The copy of the catalog', () => keepSnapshot(core, signal), core, signal)
      await tried('The look at what is stored', () => core.store.scrub(signal), core, signal)
      await wait(lookEveryMs, undefined, { signal }).catch(() => {})
    }
  } finally {
    unsubscribe()
  }
}

/** After the work of one command. */
export async function settleStore(core: KeptCore, signal: AbortSignal): Promise<void> {
  await tried('The sweep of the store', () => core.store.settle(signal), core, signal)
  await tried('The copy of the catalog', () => keepSnapshot(core, signal), core, signal)
}

async function keepSnapshot({ store: { snapshots }, database: { ledger }, ports }: KeptCore, signal: AbortSignal) {
  if (snapshots) await saveSnapshot({ ...ports, snapshots, ledger }, signal)
}

/** It will be tried again; the product goes on. */
async function tried(
  what: string,
  work: () => Promise<void>,
  { ports }: KeptCore,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (signal.aborted) return false
    const level = error instanceof ProductError ? 'warn' : 'error'
    ports.events.emit({ kind: 'note', level, message: `${what} failed; it is tried again later.`, fields: { error } })
    return false
  }
}
