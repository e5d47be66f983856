import { expect, it } from 'vitest'
import { memoryCatalog } from '#adapters/memory/memory-catalog.ts'
import { memoryChannelLedger } from '#adapters/memory/memory-channel-ledger.ts'
import { EventBus } from '#adapters/telemetry/event-bus.ts'
import { createLogger } from '#adapters/telemetry/logger.ts'
import type { Job, JobName, JobState } from '#domain/job-queue.ts'
import { sha256 } from './hashing.ts'
import { keepStore } from './keep-store.ts'

const changed = (name: JobName, state: JobState) => ({ kind: 'job-changed', job: { name, state } as Job }) as const

/** Looks every few milliseconds, and says how often the store was asked to settle. */
async function whileKept(act: (events: EventBus, looks: (count: number) => Promise<void>) => Promise<void>) {
  const events = new EventBus(createLogger({ level: 'silent', secrets: [] }))
  const ended = new AbortController()
  const done = { sweeps: 0, settles: 0, looks: 0 }
  const store = {
    sweep: async () => void done.sweeps++,
    settle: async () => void done.settles++,
    scrub: async () => void done.looks++,
    snapshots: null,
  }
  const core = {
    store,
    ports: { catalog: memoryCatalog(), events, sha256 },
    database: { ledger: memoryChannelLedger() },
  }
  const keeping = keepStore(core, ended.signal, { lookEveryMs: 5 })
  const looks = async (count: number) => {
    const from = done.looks
    while (done.looks < from + count) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await looks(1)
  await act(events, looks)
  ended.abort()
  await keeping
  return { sweeps: done.sweeps, settles: done.settles }
}

it.each(['ingest-video', 'ingest-recording'] as const)('the store is settled after each %s, once', async (name) => {
  const kept = await whileKept(async (events, looks) => {
    for (const state of ['done', 'failed', 'cancelled'] as const) {
      events.emit(changed(name, state))
      await looks(3)
    }
  })
  expect(kept).toEqual({ sweeps: 1, settles: 3 })
})

it('nothing is settled for what has not ended, or stored nothing', async () => {
  const kept = await whileKept(async (events, looks) => {
    events.emit(changed('ingest-recording', 'running'))
    events.emit(changed('ingest-video', 'waiting'))
    events.emit(changed('download', 'done'))
    await looks(3)
  })
  expect(kept).toEqual({ sweeps: 1, settles: 0 })
})
