import type { BlobStore } from '#domain/blob-store.ts'
import type { ChannelClaims, ClaimParts } from './claim-channels.ts'

/** The same store, that puts nothing into a channel before it is known to be ours. */
export function onceClaimed(
  store: BlobStore,
  claims: ChannelClaims,
  parts: ClaimParts,
  onFirstPut: () => Promise<void>,
): BlobStore {
  let hasPut = false
  return {
    limits: store.limits,
    put: async (source, signal) => {
      if (!claims.isBegun) await claims.claim(parts, signal ?? new AbortController().signal)
      if (!hasPut) await onFirstPut()
      hasPut = true
      return await store.put(source, signal)
    },
    get: (ref, options) => store.get(ref, options),
    size: (ref, signal) => store.size(ref, signal),
    delete: (ref, signal) => store.delete(ref, signal),
    list: (signal) => store.list(signal),
  }
}
