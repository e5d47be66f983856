import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { BlobSource } from '#domain/blob-store.ts'
import { openLab, VIDEO } from './ingest-lab.test-support.ts'
import type { IngestPorts } from './ingest-ports.ts'
import { ingestVideo } from './ingest-video.ts'

const SETTINGS = { minSegmentSec: 2, maxSegmentSec: 30, oversized: 'split' } as const

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-first-pack-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
afterEach(() => vi.useRealTimers())

describe('the first pack of a film', () => {
  it('is stored as soon as it is whole, while the film is still being cut', async () => {
    // Nothing here may wait for a moment to pass.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await using lab = await openLab({ sizes: [Array.from({ length: 8 }, () => 5000)], pieceBytes: 4000 }, folder)
    const { promise: isPut, resolve: put } = Promise.withResolvers<void>()
    const { media, blobs } = lab.ports
    const calls: string[] = []
    const ports: IngestPorts = {
      ...lab.ports,
      blobs: {
        limits: blobs.limits,
        prepare: () => void calls.push('prepare'),
        put: (source: BlobSource, signal) => {
          calls.push(source.name)
          put()
          return blobs.put(source, signal)
        },
        get: (ref, options) => blobs.get(ref, options),
        size: (ref, signal) => blobs.size(ref, signal),
        delete: (ref, signal) => blobs.delete(ref, signal),
        list: (signal) => blobs.list(signal),
      },
      media: {
        openRecording: (recording, signal) => media.openRecording(recording, signal),
        async open(path, signal) {
          const open = await media.open(path, signal)
          const cut: typeof open.cut = async function* (plan, options) {
            yield* open.cut(plan, options)
            await isPut
          }
          return { ...open, cut }
        },
      },
    }
    const { signal } = new AbortController()
    await ingestVideo(VIDEO, ports, { settings: SETTINGS, signal, report: () => {} })
    expect(calls.slice(0, 2)).toEqual(['prepare', `${VIDEO}/0`])
    const [first, second] = await ports.catalog.packs(VIDEO)
    expect(first?.byteLength).toBeLessThan(second?.byteLength ?? 0)
  }, 10_000)
})
