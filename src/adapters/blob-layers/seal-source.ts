import type { BlobSource } from '#domain/blob-store.ts'
import { BlobDamagedError } from '#domain/errors.ts'
import { ChunkCipher } from '#lib/sealing/chunk-cipher.ts'
import { ChunkRun, runBytesOf, wholeRun } from '#lib/sealing/chunk-run.ts'
import { deriveHeader } from '#lib/sealing/derive-header.ts'
import type { MasterKey } from '#lib/sealing/master-key.ts'
import { chunkCountOf, sealedBytesOf, TAG_BYTES } from '#lib/sealing/sealed-form.ts'
import type { SealThread } from './seal-thread.ts'

/** Sealed at a time while they are sent: some 1 MB, so that two of them for each send are no burden. */
const CHUNKS_AT_ONCE = 16

interface Sealing {
  readonly key: MasterKey
  readonly purpose: string
  readonly thread: SealThread
  /** Shared memory of at least `sealedBytesOf(source.byteLength)` bytes; free again when this resolves. */
  readonly memory: Uint8Array
  readonly signal: AbortSignal | undefined
}

/**
 * The same source, sealed. Reads it once, seals it once and so knows the hash of what is to be stored; while that is read
 * it is sealed again, run by run, and each chunk must be what it was: no nonce is ever used for two different chunks.
 * Rejects with BlobDamagedError when the source gives another number of bytes than it said. The sealed source has no path:
 * the bytes of that file are not the ones to be stored.
 */
export async function sealedSource(source: BlobSource, sealing: Sealing): Promise<BlobSource> {
  const { key, purpose, thread, signal } = sealing
  const { name, byteLength: plainBytes } = source
  const { run, plainSha256 } = await wholeRunOf(source, sealing)
  const header = deriveHeader(key, { purpose, name, plainSha256, plainBytes })
  const cipher = ChunkCipher.of(key, purpose, header)
  const { tags, sha256 } = await thread.seal(run, cipher, { isHashed: true, path: null })
  signal?.throwIfAborted()
  return {
    name,
    byteLength: sealedBytesOf(plainBytes),
    sha256: Buffer.from(sha256 ?? []).toString('hex'),
    open: (end) => sealAgain(source, { cipher, tags, thread, signal: end }),
  }
}

interface HashedRun {
  readonly run: ChunkRun
  readonly plainSha256: Uint8Array
}

/** A file is read by the thread that hashes it; whatever is wrong with it shows when it is opened here. */
async function wholeRunOf(source: BlobSource, sealing: Sealing): Promise<HashedRun> {
  const { memory, thread, signal } = sealing
  signal?.throwIfAborted()
  const run = new ChunkRun(memory, wholeRun(source.byteLength))
  const ofFile = source.path === undefined ? null : await thread.plainHashOfFile(run, source.path)
  signal?.throwIfAborted()
  if (ofFile !== null) return { run, plainSha256: ofFile }
  await fillRun(run, source, signal)
  return { run, plainSha256: await thread.plainHash(run) }
}

async function fillRun(run: ChunkRun, source: BlobSource, signal: AbortSignal | undefined): Promise<void> {
  let given = 0
  for await (const bytes of source.open(signal)) {
    signal?.throwIfAborted()
    given += bytes.byteLength
    if (run.fill(bytes).byteLength > 0) throw anotherLength(source, 'more')
  }
  signal?.throwIfAborted()
  if (!run.isFull) throw anotherLength(source, `${given}`)
}

interface SealedBefore {
  readonly cipher: ChunkCipher
  /** Of all chunks, as they were the first time. */
  readonly tags: Uint8Array
  readonly thread: SealThread
  readonly signal: AbortSignal | undefined
}

/** One run is sealed while the one before is on its way; their memory is used in turns. */
async function* sealAgain(source: BlobSource, before: SealedBefore): AsyncGenerator<Uint8Array> {
  let sealing: Promise<Uint8Array> | null = null
  for await (const run of source.path === undefined ? runsOf(source, before) : emptyRuns(source.byteLength)) {
    before.signal?.throwIfAborted()
    const next = sealedRun(source, run, before)
    next.catch(() => {}) // Looked at when it is its turn.
    if (sealing) yield await sealing
    sealing = next
  }
  if (sealing) yield await sealing
}

async function sealedRun(
  source: BlobSource,
  run: ChunkRun,
  { cipher, tags, thread }: SealedBefore,
): Promise<Uint8Array> {
  const { firstChunk, endChunk } = run.place
  const answer = await thread.seal(run, cipher, { isHashed: false, path: source.path ?? null })
  const expected = tags.subarray(firstChunk * TAG_BYTES, endChunk * TAG_BYTES)
  if (!answer.isFilled || Buffer.compare(answer.tags, expected) !== 0) throw changed(source)
  return run.bytes
}

async function* runsOf(source: BlobSource, { signal }: SealedBefore): AsyncGenerator<ChunkRun> {
  const empty = emptyRuns(source.byteLength)
  let run = empty.next().value
  for await (const bytes of source.open(signal)) {
    for (let rest = bytes; rest.byteLength > 0; ) {
      if (!run) throw changed(source)
      rest = run.fill(rest)
      if (!run.isFull) continue
      yield run
      run = empty.next().value
    }
  }
  if (!run) return
  // Only that of no bytes at all is full when it begins.
  if (!run.isFull) throw changed(source)
  yield run
}

/** Enough for all, in turns in two pieces of memory. */
function* emptyRuns(plainBytes: number): Generator<ChunkRun, undefined> {
  const count = chunkCountOf(plainBytes)
  const memories: Uint8Array[] = []
  for (let firstChunk = 0; firstChunk < count; firstChunk += CHUNKS_AT_ONCE) {
    const place = { firstChunk, endChunk: Math.min(count, firstChunk + CHUNKS_AT_ONCE), plainBytes }
    const memory = memories.length < 2 ? sharedMemory(runBytesOf(place)) : (memories.shift() as Uint8Array)
    memories.push(memory)
    yield new ChunkRun(memory, place)
  }
}

export function sharedMemory(byteLength: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(byteLength))
}

function anotherLength({ name, byteLength }: BlobSource, gave: string): BlobDamagedError {
  return new BlobDamagedError(`${name} gave ${gave} bytes, ${byteLength} were announced.`)
}

function changed({ name }: BlobSource): BlobDamagedError {
  return new BlobDamagedError(`${name} changed while it was being stored.`)
}
