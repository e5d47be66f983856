import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { withEncryption } from '#adapters/blob-layers/with-encryption.ts'
import { DiskSegmentCache } from '#adapters/disk-cache/disk-segment-cache.ts'
import { MemorySegmentCache } from '#adapters/memory-cache/memory-segment-cache.ts'
import {
  bytesOf,
  noise,
  type StoreInTelegram,
  sourceOf,
  storeInTelegram,
} from '#adapters/telegram/store.test-support.ts'
import { ProductError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import { MasterKey } from '#lib/sealing/master-key.ts'
import { openBytes, sealBytes } from '#lib/sealing/sealed-document.ts'
import { isOfStore } from '../support/telegram-oracle.ts'
import { createRandom } from '../support/telegram/random.ts'

/** 10,000 together. */
const FLIPS = { cache: 5000, blobs: 4000, snapshots: 1000 }

const KEY = MasterKey.random()
const random = createRandom(7)
const below = (limit: number) => Math.floor(random() * limit)

it(`of ${FLIPS.cache} cache files with one wrong bit none is served, and each is found`, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'telereel-flips-'))
  const open = () => {
    const ports = { events: { emit() {} }, nowMs: () => performance.now() }
    return DiskSegmentCache.open({ dir, maxBytes: 100_000_000, front: new MemorySegmentCache(0) }, ports)
  }
  const entries = Array.from({ length: FLIPS.cache }, (_, seed) => noise(20 + below(300), seed))
  const slices = entries.map((bytes) => ({ sha256: sha256Of(bytes), length: bytes.byteLength }))
  const cache = await open()
  for (const [index, bytes] of entries.entries()) {
    cache.set(slices[index]?.sha256 ?? '', { videoId: 'film000000000001' as VideoId, bytes })
  }
  await cache[Symbol.asyncDispose]()
  const hashes = new Set(slices.map(({ sha256 }) => sha256))
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter(
    ({ name, parentPath }) =>
      parentPath !== dir && [...name.matchAll(/[0-9a-f]{64}/g)].some(([hash]) => hashes.has(hash)),
  )
  expect(files).toHaveLength(FLIPS.cache)
  for (const { parentPath, name } of files) {
    const bytes = await readFile(join(parentPath, name))
    await writeFile(join(parentPath, name), flipped(bytes))
  }

  await using again = await open()
  expect(again.tiers().at(-1)?.items).toBe(FLIPS.cache)
  let served = 0
  for (const slice of slices) served += Number((await again.load(slice, new Uint8Array(slice.length))) !== undefined)
  expect(served).toBe(0)
  expect(again.tiers().at(-1)).toMatchObject({ damaged: FLIPS.cache, items: 0 })
  await rm(dir, { recursive: true, force: true })
})

it(`of ${FLIPS.blobs} wrong bits in the channel none comes out of the store, and each is found`, async () => {
  await using at = await storeInTelegram({ telegram: { bots: 4 } })
  const store = withEncryption(at.store, KEY)
  const blobs = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const bytes = noise(10 + below(3000), index)
      const ref = await store.put(sourceOf(`film000000000001/${index}`, bytes))
      const stored = await at.ledger.blob(ref)
      const [place] = stored?.copies ?? []
      const bits = (stored?.byteLength ?? 0) * 8
      return { bytes, ref, bits, chatId: place?.chatId ?? 0, messageId: place?.messageId ?? 0 }
    }),
  )
  let found = 0
  for (let flip = 0; flip < FLIPS.blobs; flip++) {
    const blob = blobs[flip % blobs.length] as (typeof blobs)[number]
    const event = { what: 'flip-bit', ...blob, bit: below(blob.bits) } as const
    at.telegram.happen(event)
    const outcome = await store.get(blob.ref).then(bytesOf).catch(damageOnly)
    found += Number(outcome === null)
    at.telegram.happen(event)
  }
  expect(found).toBe(FLIPS.blobs)
  for (const { ref, bytes } of blobs) expect((await bytesOf(await store.get(ref))).equals(bytes)).toBe(true)
})

it(`of ${FLIPS.snapshots} wrong bits in a copy of the catalog none gets into a catalog`, async () => {
  await using at = await storeInTelegram({ telegram: { bots: 4 } })
  const sealing = {
    seal: (name: string, plain: Uint8Array) => sealBytes(KEY, name, plain),
    open: (name: string, sealed: Uint8Array) => openBytes(KEY, name, sealed),
  }
  const lines = Buffer.from(noise(2000, 3))
  await at.store.snapshots(sealing).save(chunksOf(lines))
  const messages = at.telegram.live(at.chatId).filter(isOfStore)
  expect(messages.length).toBeGreaterThan(2)
  let found = 0
  for (let flip = 0; flip < FLIPS.snapshots; flip++) {
    const message = messages[flip % messages.length]
    const bit = below((message?.byteLength ?? 0) * 8)
    const event = { what: 'flip-bit', chatId: at.chatId, messageId: message?.messageId ?? 0, bit } as const
    at.telegram.happen(event)
    found += Number((await snapshotIn(at, sealing)) === null)
    at.telegram.happen(event)
  }
  expect(found).toBe(FLIPS.snapshots)
  expect((await snapshotIn(at, sealing))?.equals(lines)).toBe(true)
})

/** The lines of the newest copy, when all of it can be used. */
async function snapshotIn({ store }: StoreInTelegram, sealing: Parameters<typeof store.snapshots>[0]) {
  try {
    const latest = await store.snapshots(sealing).latest()
    if (!latest) return null
    await latest.restoreLedger()
    return await bytesOf(latest.read())
  } catch (error) {
    return damageOnly(error)
  }
}

function damageOnly(error: unknown): null {
  if (error instanceof ProductError && ['blob-damaged', 'blob-not-found'].includes(error.code)) return null
  throw error
}

function flipped(bytes: Buffer): Buffer {
  const at = below(bytes.byteLength)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8))
  return bytes
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
