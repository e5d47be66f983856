/** A part that is safe, as the journal tells it. */
export interface PartEntry {
  readonly kind: 'part'
  readonly number: number
  readonly byteLength: number
  readonly sha256: string
}
