import type { OpenDatabase } from '#adapters/database/open-database.ts'
import type { StoreStep } from '#adapters/telegram/store-parts.ts'
import type { EventBus } from '#adapters/telemetry/event-bus.ts'
import type { Config } from '#config/config.ts'
import type { BlobRepairs, BlobStore } from '#domain/blob-store.ts'
import type { CatalogSnapshot, CatalogSnapshots } from '#domain/catalog-snapshots.ts'
import type { HostStatus } from '#surfaces/http/http-ports.ts'

/** Where the bytes are, and what belongs to that place beyond what features know of it. */
export interface OpenStore extends AsyncDisposable {
  readonly blobs: BlobStore
  /** Null where there is one copy of everything. */
  readonly repairs: BlobRepairs | null
  /** Null where the store explains itself without. */
  readonly snapshots: CatalogSnapshots | null
  /** Set when this process made the key: it must be shown once. */
  readonly newRecoveryKey: string | null
  /** Before the first work: what a crash left half done is ended. Rejects when this store must not be written to. */
  takeUp(signal: AbortSignal): Promise<void>
  /** Now and then: lost answers are found, what nobody needs goes. Gives way to others, unless somebody waits for it. */
  sweep(signal: AbortSignal, how?: { readonly background: boolean }): Promise<void>
  /** After work: the same, where that work left questions open. */
  settle(signal: AbortSignal): Promise<void>
  /** Now and then: reads one blob that nobody asked for, when it is time for that, and mends what is damaged. */
  scrub(signal: AbortSignal): Promise<void>
  /** On an empty catalog: learns which blobs there are; resolves with a snapshot if one was kept. */
  findBlobs(onProgress: (words: string) => void, signal: AbortSignal): Promise<CatalogSnapshot | null>
  describe(): Promise<HostStatus['store']>
  /** What a person should mend. */
  problems(): Promise<HostStatus['problems']>
}

export interface StoreParts {
  readonly config: Config
  readonly database: OpenDatabase
  readonly events: EventBus
}

export interface StoreWishes {
  /** As a person typed it. */
  readonly recoveryKey?: string | undefined
  /** Called at every step that leaves something behind, so that tests can end the process there. */
  readonly reached?: (step: StoreStep) => void
}
