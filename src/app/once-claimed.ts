import type { BlobStore } from '#domain/blob-store.ts'
import { Mutex } from '#lib/concurrency/mutex.ts'
import { type ClaimParts, claimChannels } from './claim-channels.ts'

/** The same store, that puts nothing into a channel before it is known to be ours. */
export function onceClaimed(store: BlobStore, claim: ClaimParts, onClaim: () => Promise<void>): BlobStore {
  const claiming = new Mutex()
  let isOurs = false
  const mustBeOurs = (signal: AbortSignal) =>
    claiming.run(async () => {
      if (isOurs) return
      await claimChannels(claim, signal)
      await onClaim()
      isOurs = true
    })
  return {
    limits: store.limits,
    put: async (source, signal) => {
      if (!isOurs) await mustBeOurs(signal ?? new AbortController().signal)
      return await store.put(source, signal)
    },
    get: (ref, options) => store.get(ref, options),
    size: (ref, signal) => store.size(ref, signal),
    delete: (ref, signal) => store.delete(ref, signal),
    list: (signal) => store.list(signal),
  }
}
