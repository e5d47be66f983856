import type { Catalog } from '#domain/catalog.ts'

export interface OpenCatalog extends AsyncDisposable {
  readonly catalog: Catalog
}

/** An empty catalog whose clock and ids are the test's. */
export type CreateCatalog = (about: {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly newId: () => string
}) => Promise<OpenCatalog>

/** A clock that a test moves, and ids that tell which came first. */
export class TestWorld {
  nowMs = Date.UTC(2025, 0, 1)
  #ids = 0

  readonly about = { now: () => this.nowMs, newId: () => `id-${String(++this.#ids).padStart(4, '0')}` }
}
