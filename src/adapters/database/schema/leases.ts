/** Who holds what only one process may hold, judged by the same rule as jobs. */
export interface LeasesTable {
  name: string
  token: string
  /** JSON of ProcessIdentity. */
  owner: string
  beats: number
}
