/** The labelled steps of an ingest; a kill at any of them loses nothing. */
export type IngestStep =
  | 'probed'
  | 'planned'
  | 'resumed'
  | 'formats'
  | 'piece'
  | 'subtitle'
  | 'cut'
  | 'poster'
  | 'manifest'
  | 'stored'
  | 'published'
  | 'released'
