import type { BlobRef, BlobSource, Repair, RepairOptions } from '#domain/blob-store.ts'
import type { ChannelBlob, ChannelCopy } from '#domain/channel-ledger.ts'
import { CredentialsRefusedError, StoreUnavailableError } from '#domain/errors.ts'
import { CopyFault, CopyUnreachableError, MessageMissingError } from './copy-faults.ts'
import { deleteCopy } from './delete-blob.ts'
import type { Handles } from './handles.ts'
import { hashSource } from './hash-source.ts'
import type { MessageLooker } from './look-at-message.ts'
import type { Downloads } from './open-download.ts'
import { readBlob } from './read-blob.ts'
import { isSamePlace } from './same-place.ts'
import { sentLengthOf } from './send-blob.ts'
import { type Storing, storeCopies } from './store-copies.ts'
import { isProductError } from './translate-error.ts'

export interface Repairing {
  readonly storing: Storing
  readonly looker: MessageLooker
  readonly handles: Handles
  readonly downloads: Downloads
  readonly copiesWanted: number
}

/** Looks at all copies and makes enough good ones. Bad ones go when a good one stands, and not before. */
export async function repairBlob(repairing: Repairing, ref: BlobRef, options: RepairOptions): Promise<Repair> {
  const { storing, copiesWanted } = repairing
  const { ledger } = storing.parts
  const blob = await ledger.blob(ref)
  if (!blob) return { outcome: 'lost', done: ['Nothing is known of it.'] }
  const { good, bad } = await checkCopies(repairing, blob, options)
  const done = bad.map(({ fault }) => fault.message)
  if (bad.length === 0 && good.length >= copiesWanted) return { outcome: 'whole', done }
  const source = await sourceOf(repairing, blob, good, options)
  if (!source) return lost(bad, done)
  if (options.dryRun) return { outcome: 'repaired', done: [...done, 'A copy would be made.'] }
  const { signal } = options
  const except = bad.map(({ copy }) => copy)
  const wish = { blob, source, copiesWanted, except, readsBack: true, signal }
  const copies = await storeCopies(storing, wish)
  for (const { copy, fault } of bad) {
    if (fault instanceof CopyUnreachableError) continue
    await deleteCopy(storing.parts, storing.remover, { blob, copy, signal })
  }
  const made = copies.filter((copy) => !good.some((each) => isSamePlace(each, copy)))
  done.push(...made.map(({ chatId, messageId }) => `Made a copy: message ${messageId} of chat ${chatId}.`))
  return { outcome: bad.length + made.length > 0 ? 'repaired' : 'whole', done }
}

interface BadCopy {
  readonly copy: ChannelCopy
  readonly fault: CopyFault
}

/** Nothing is called lost that only cannot be reached. */
function lost(bad: readonly BadCopy[], done: readonly string[]): Repair {
  const unreachable = bad.find(({ fault }) => fault instanceof CopyUnreachableError)
  if (unreachable) throw unreachable.fault.cause
  return { outcome: 'lost', done }
}

async function checkCopies(
  repairing: Repairing,
  blob: ChannelBlob,
  options: RepairOptions,
): Promise<{ readonly good: ChannelCopy[]; readonly bad: BadCopy[] }> {
  const good: ChannelCopy[] = []
  const bad: BadCopy[] = []
  for (const copy of blob.copies.filter(({ state }) => state === 'stored')) {
    const fault = await faultOf(repairing, blob, copy, options)
    if (fault) bad.push({ copy, fault })
    else good.push(copy)
  }
  return { good, bad }
}

async function faultOf(
  { looker, handles, storing }: Repairing,
  blob: ChannelBlob,
  copy: ChannelCopy,
  { full = false, signal }: RepairOptions,
): Promise<CopyFault | null> {
  try {
    await seenCopy({ looker, handles }, blob, copy, signal)
    if (full) await storing.readBack(blob, copy, signal)
    return null
  } catch (error) {
    if (error instanceof CopyFault) return error
    const isOutage = error instanceof StoreUnavailableError || error instanceof CredentialsRefusedError
    if (isOutage) return new CopyUnreachableError(copy, { cause: error })
    throw error
  }
}

/** Looks at the message. Rejects with MessageMissingError, MessageReplacedError. */
async function seenCopy(
  { looker, handles }: Pick<Repairing, 'looker' | 'handles'>,
  blob: ChannelBlob,
  copy: ChannelCopy,
  signal: AbortSignal | undefined,
): Promise<number> {
  const seen = await looker.look(copy, { signal })
  if (!seen) throw new MessageMissingError(copy)
  await handles.accept(blob, copy, seen)
  const byteLength = seen.document?.byteLength ?? sentLengthOf(blob)
  return blob.byteLength === 0 ? 0 : byteLength
}

/** The length that the channel gives for the first copy that is there; null when none is. */
export async function sizeInChannel(
  tools: Pick<Repairing, 'looker' | 'handles'>,
  blob: ChannelBlob,
  copies: readonly ChannelCopy[],
  signal: AbortSignal | undefined,
): Promise<number | null> {
  for (const copy of copies) {
    try {
      return await seenCopy(tools, blob, copy, signal)
    } catch (error) {
      if (!(error instanceof CopyFault)) throw error
    }
  }
  return null
}

/** What new copies are made of; null when there is nothing. */
async function sourceOf(
  { downloads }: Repairing,
  blob: ChannelBlob,
  good: readonly ChannelCopy[],
  { local, signal }: RepairOptions,
): Promise<BlobSource | null> {
  if (local && (await isSame(local, blob, signal))) return { ...local, name: blob.name, open: (end) => local.open(end) }
  try {
    const bytes = good.length > 0 ? await readWhole(downloads, blob, good, signal) : null
    return bytes && sourceFrom(blob, bytes)
  } catch (error) {
    if (isProductError(error, 'blob-damaged') || isProductError(error, 'blob-not-found')) return null
    throw error
  }
}

async function isSame(local: BlobSource, blob: ChannelBlob, signal: AbortSignal | undefined): Promise<boolean> {
  if (local.byteLength !== blob.byteLength) return false
  try {
    return (local.sha256 ?? (await hashSource(local, signal))) === blob.sha256
  } catch {
    signal?.throwIfAborted()
    return false // It was a chance, no more.
  }
}

async function readWhole(
  downloads: Downloads,
  blob: ChannelBlob,
  copies: readonly ChannelCopy[],
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const into = new Uint8Array(blob.byteLength)
  for await (const _bytes of await readBlob(downloads, blob, copies, { into, ...(signal && { signal }) }));
  return into
}

function sourceFrom({ name, byteLength }: ChannelBlob, bytes: Uint8Array): BlobSource {
  return {
    name,
    byteLength,
    async *open() {
      yield bytes
    },
  }
}
