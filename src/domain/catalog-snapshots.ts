/** Copies of the catalog that lie in the store itself, so that a lost data folder is no lost library. */
export interface CatalogSnapshots {
  /** Keeps these lines as the newest copy. An older one goes only when the new one is safe and can be found. */
  save(lines: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void>
  /** The newest whole copy, or null. */
  latest(signal?: AbortSignal): Promise<CatalogSnapshot | null>
}

export interface CatalogSnapshot {
  readonly savedAt: Date
  /** The lines as they were saved, cut anywhere. */
  read(): AsyncIterable<Uint8Array>
}
