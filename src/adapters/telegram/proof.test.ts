import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Proof } from './proof.ts'

/** Sources break off, begin again, and give wrong bytes, in any order. */
const attempt = fc.record({
  chunk: fc.integer({ min: 1, max: 40 }),
  /** Where it breaks off; beyond the end: never. */
  stopAt: fc.integer({ min: 0, max: 300 }),
  flipAt: fc.option(fc.nat({ max: 199 }), { freq: 3 }),
  heedsOffset: fc.boolean(),
})

describe('a proof', () => {
  it('never lets a wrong byte pass as good: what is finished is the range of what was stored', () => {
    const runs = fc.record({
      bytes: fc.uint8Array({ minLength: 1, maxLength: 200 }),
      ends: fc.tuple(fc.nat(), fc.nat()),
      attempts: fc.array(attempt, { minLength: 1, maxLength: 6 }),
    })
    fc.assert(
      fc.property(runs, ({ bytes, ends, attempts }) => {
        const [one, other] = ends.map((end) => end % bytes.length) as [number, number]
        const range = { first: Math.min(one, other), last: Math.max(one, other) }
        const proof = new Proof({ byteLength: bytes.length, sha256: sha256Of(bytes) }, range)
        const given: Uint8Array[] = []
        const finished = attempts.some((each) => readFrom(proof, bytes, each, given))
        const all = Buffer.concat(given)
        if (finished) expect(all.equals(bytes.subarray(range.first, range.last + 1))).toBe(true)
        else expect(all.length).toBeLessThanOrEqual(range.last - range.first)
      }),
      { numRuns: 2000 },
    )
  })

  it('finishes with the first source that is whole and does not contradict what was given', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, at) => at)
    const proof = new Proof({ byteLength: 100, sha256: sha256Of(bytes) }, { first: 0, last: 99 })
    const given: Uint8Array[] = []
    const whole = { chunk: 7, stopAt: 300, flipAt: null, heedsOffset: false }
    // Wrong in its last chunk, which was held back; then cut; then good.
    expect(readFrom(proof, bytes, { ...whole, flipAt: 99 }, given)).toBe(false)
    expect(readFrom(proof, bytes, { ...whole, stopAt: 30 }, given)).toBe(false)
    expect(readFrom(proof, bytes, whole, given)).toBe(true)
    expect(Buffer.concat(given).equals(bytes)).toBe(true)
  })

  it('lets bytes pass before the whole is there', () => {
    const bytes = new Uint8Array(1000)
    const proof = new Proof({ byteLength: 1000, sha256: sha256Of(bytes) }, { first: 0, last: 999 })
    expect(proof.push(bytes.subarray(0, 400))).toHaveLength(1)
    expect(proof.push(bytes.subarray(400, 1000))).toEqual([])
    expect(proof.finish()?.[0]?.length).toBe(600)
  })
})

/** One source; true when it ended the read. */
function readFrom(
  proof: Proof,
  bytes: Uint8Array,
  {
    chunk,
    stopAt,
    flipAt,
    heedsOffset,
  }: { chunk: number; stopAt: number; flipAt: number | null; heedsOffset: boolean },
  given: Uint8Array[],
): boolean {
  const source = Uint8Array.from(bytes)
  if (flipAt !== null && flipAt < source.length) source[flipAt] = (source[flipAt] ?? 0) ^ 1
  if (!heedsOffset && proof.received > 0) proof.restart()
  for (let at = proof.received; at < source.length; at += chunk) {
    if (at >= stopAt) return false
    const pieces = proof.push(source.slice(at, at + chunk))
    if (!pieces) {
      proof.restart()
      return false
    }
    given.push(...pieces)
  }
  const held = proof.finish()
  if (held) given.push(...held)
  else proof.restart()
  return held !== null
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
