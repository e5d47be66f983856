export interface StoreFactsTable {
  name: string
  /** JSON. */
  value: string
}
