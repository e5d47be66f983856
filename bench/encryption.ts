/** Sealing and opening a pack, beside the bare ciphers of node:crypto on the same 64 KiB chunks. `node bench/encryption.ts` */
import { createCipheriv, createDecipheriv, createHash, createSecretKey, randomBytes } from 'node:crypto'
import { withEncryption } from '#adapters/blob-layers/with-encryption.ts'
import type { BlobRef, BlobSource, BlobStore } from '#domain/blob-store.ts'
import { MasterKey } from '#lib/sealing/master-key.ts'
import { CHUNK_BYTES } from '#lib/sealing/sealed-form.ts'
import { bench } from './support/bench.ts'
import { compared } from './support/figure.ts'

const ROUNDS = 25
const PACK_BYTES = 19_922_944
const PIECE_BYTES = 1024 * 1024

const KEY = createSecretKey(randomBytes(32))
const NONCE = randomBytes(12)
const REF: BlobRef = 'bench:pack'

await bench('Encryption', async ({ quietness, add }) => {
  const pack = randomBytes(PACK_BYTES)
  const below = storeOfOneBlob()
  const store = withEncryption(below.store, MasterKey.random())
  const source: BlobSource = { name: 'film000000000001/0', byteLength: PACK_BYTES, open: () => piecesOf(pack) }
  await store.put(source)
  const bare = [...bareSeal(pack)]
  const into = new Uint8Array(PACK_BYTES)
  const all = { first: 0, last: PACK_BYTES - 1 }
  const some = { first: 7_000_000, last: 7_999_999 }
  const bareSome = bare.slice(some.first / CHUNK_BYTES, some.last / CHUNK_BYTES + 1)
  const cases: readonly Case[] = [
    {
      name: 'sealing a pack again, as for sending after hashing',
      ours: () => lengthOf(below.sealed()),
      limit: () => bareSealed(pack),
      allowed: 2.5,
    },
    {
      name: 'put of a pack: naming it by its hash, sealing it',
      ours: () => store.put(source),
      limit: () => [createHash('sha256').update(pack).digest(), bareSealed(pack)],
      beside: 'SHA-256 and bare cipher',
      allowed: 2,
    },
    { name: 'get of a pack', ours: () => lengthOf(store.get(REF)), limit: () => bareOpened(bare), allowed: 1.3 },
    {
      name: 'get of a pack into memory handed in',
      ours: () => lengthOf(store.get(REF, { range: all, into })),
      limit: () => bareOpened(bare),
      allowed: 1.5,
    },
    {
      name: 'get of 1 MB in the middle of a pack',
      ours: () => lengthOf(store.get(REF, { range: some })),
      limit: () => bareOpened(bareSome),
      byteLength: 1e6,
      allowed: 1.5,
    },
  ]
  for (const { name, ours, limit, byteLength = PACK_BYTES, beside = 'bare cipher', allowed } of cases) {
    const times = { ours: [] as number[], limit: [] as number[] }
    await quietness.look()
    for (let round = 0; round < ROUNDS; round++) {
      times.ours.push((await timed(ours)) / (byteLength / 1e6))
      times.limit.push((await timed(limit)) / (byteLength / 1e6))
    }
    add(compared(name, { ...times, unit: 's/GB', beside, allowed }))
  }
})

interface Case {
  readonly name: string
  readonly ours: () => unknown
  readonly limit: () => unknown
  readonly beside?: string
  readonly byteLength?: number
  readonly allowed: number
}

/** Milliseconds. */
async function timed(work: () => unknown): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

interface Chunk {
  readonly bytes: Buffer
  readonly tag: Buffer
}

function* bareSeal(pack: Uint8Array): Generator<Chunk> {
  for (let at = 0; at < pack.byteLength; at += CHUNK_BYTES) {
    const cipher = createCipheriv('aes-256-gcm', KEY, NONCE)
    const bytes = cipher.update(pack.subarray(at, at + CHUNK_BYTES))
    cipher.final()
    yield { bytes, tag: cipher.getAuthTag() }
  }
}

function bareSealed(pack: Uint8Array): number {
  let byteLength = 0
  for (const { bytes } of bareSeal(pack)) byteLength += bytes.byteLength
  return byteLength
}

function bareOpened(chunks: readonly Chunk[]): number {
  let byteLength = 0
  for (const { bytes, tag } of chunks) {
    const decipher = createDecipheriv('aes-256-gcm', KEY, NONCE).setAuthTag(tag)
    byteLength += decipher.update(bytes).byteLength
    decipher.final()
  }
  return byteLength
}

async function lengthOf(chunks: AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>): Promise<number> {
  let byteLength = 0
  for await (const chunk of await chunks) byteLength += chunk.byteLength
  return byteLength
}

async function* piecesOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES)
}

/** A store that costs nothing and keeps the first blob it gets: what is measured is the layer. */
function storeOfOneBlob(): { readonly store: BlobStore; sealed(): AsyncIterable<Uint8Array> } {
  let source: BlobSource | null = null
  let kept = Buffer.alloc(0)
  const store: BlobStore = {
    limits: { maxBytes: 20_971_520, parallelPuts: 1 },
    async put(given) {
      if (source) await lengthOf(given.open())
      else kept = Buffer.concat(await Array.fromAsync(given.open()))
      source ??= given
      return REF
    },
    get: async (_ref, { range } = {}) => piecesOf(kept.subarray(range?.first, range && range.last + 1)),
    size: async () => kept.byteLength,
    delete: async () => {},
    async *list() {},
  }
  return { store, sealed: () => source?.open() ?? piecesOf(kept) }
}
