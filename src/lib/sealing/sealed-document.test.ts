import { createDecipheriv, createHash, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MasterKey } from './master-key.ts'
import { openBytes, sealBytes } from './sealed-document.ts'
import { CHUNK_BYTES, SEALED_CHUNK_BYTES, SEALED_HEADER_BYTES } from './sealed-form.ts'
import { SealingError } from './sealing-error.ts'

const KEY_BYTES = Uint8Array.from({ length: 32 }, (_, at) => at)
const KEY = new MasterKey(KEY_BYTES)
const NAME = 'snapshot/7/0'
const THREE_CHUNKS = new Uint8Array(2 * CHUNK_BYTES + 1000).map((_, at) => at * 31)

describe('sealed documents', () => {
  it('come back as they were, the same sealed bytes every time, others under another name', () => {
    const lengths = fc.oneof(fc.nat(300), fc.integer({ min: CHUNK_BYTES - 2, max: CHUNK_BYTES + 2 }))
    fc.assert(
      fc.property(lengths, fc.string(), (length, name) => {
        const plain = THREE_CHUNKS.subarray(0, length)
        const sealed = sealBytes(KEY, name, plain)
        expect(openBytes(KEY, name, sealed).equals(plain)).toBe(true)
        expect(sealBytes(KEY, name, plain).equals(sealed)).toBe(true)
        expect(sealBytes(KEY, `${name}!`, plain).equals(sealed)).toBe(false)
      }),
    )
  })

  it('keep their form for ever: these bytes lie in somebody’s channel', () => {
    expect(
      createHash('sha256')
        .update(sealBytes(KEY, NAME, THREE_CHUNKS))
        .digest('hex'),
    ).toBe('0b5a115eaa87e0a1da4cd0ef1dfe520298cb5cee3427d5e0710d1f91a48aec0b')
  })

  it('open with nothing but HKDF and AES-256-GCM, as the form is described', () => {
    const sealed = sealBytes(KEY, NAME, THREE_CHUNKS)
    const [header, prefix, salt] = [sealed.subarray(0, 40), sealed.subarray(5, 12), sealed.subarray(12, 28)]
    const key = Buffer.from(hkdfSync('sha256', KEY_BYTES, salt, `telereel document ${NAME}`, 32))
    const plain = [0, 1, 2].map((chunk) => {
      const bytes = sealed.subarray(40 + chunk * 65_552, 40 + (chunk + 1) * 65_552)
      const nonce = Buffer.from([...prefix, 0, 0, 0, chunk, chunk === 2 ? 1 : 0])
      const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(header).setAuthTag(bytes.subarray(-16))
      return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()])
    })
    expect(Buffer.concat(plain).equals(THREE_CHUNKS)).toBe(true)
  })

  it('open under their own name and key only, and say when the key is another', () => {
    const sealed = sealBytes(KEY, NAME, THREE_CHUNKS)
    expect(codeOf(() => openBytes(KEY, 'snapshot/7/1', sealed))).toBe('changed')
    expect(codeOf(() => openBytes(MasterKey.random(), NAME, sealed))).toBe('other-key')
    expect(codeOf(() => openBytes(KEY, NAME, THREE_CHUNKS))).toBe('not-sealed')
  })

  it('do not open when chunks are swapped, doubled, left out, or taken from another document', () => {
    const sealed = sealBytes(KEY, NAME, THREE_CHUNKS)
    const other = sealBytes(
      KEY,
      NAME,
      THREE_CHUNKS.map((byte) => byte ^ 1),
    )
    const head = sealed.subarray(0, SEALED_HEADER_BYTES)
    const [a, b, c] = chunksOf(sealed) as [Buffer, Buffer, Buffer]
    const [otherA] = chunksOf(other) as [Buffer]
    for (const pieces of [
      [b, a, c],
      [a, a, c],
      [a, c],
      [a, b],
      [b, c],
      [otherA, b, c],
      [a, b, c, c],
      [a, b, b, c],
      [],
    ]) {
      expect(codeOf(() => openBytes(KEY, NAME, Buffer.concat([head, ...pieces])))).toMatch(/^(cut|changed)$/)
    }
    expect(codeOf(() => openBytes(KEY, NAME, Buffer.concat([other.subarray(0, 40), a, b, c])))).toBe('changed')
  })

  it('do not open when cut or lengthened anywhere', () => {
    const sealed = sealBytes(KEY, NAME, THREE_CHUNKS.subarray(0, CHUNK_BYTES + 20))
    const whole = sealed.byteLength
    const ends = [0, 39, 40, 41, 40 + CHUNK_BYTES, 40 + SEALED_CHUNK_BYTES, whole - 17, whole - 16, whole - 1]
    for (const end of ends) expect(codeOf(() => openBytes(KEY, NAME, sealed.subarray(0, end)))).toBe('cut')
    expect(codeOf(() => openBytes(KEY, NAME, Buffer.concat([sealed, Buffer.alloc(1)])))).toBe('cut')
  })

  it('refuse foreign bytes with their own error, whatever they are', () => {
    const start = sealBytes(KEY, NAME, THREE_CHUNKS).subarray(0, SEALED_HEADER_BYTES)
    const bytes = fc.uint8Array({ maxLength: 200 })
    const begun = fc.tuple(fc.nat(40), bytes).map(([kept, rest]) => Buffer.concat([start.subarray(0, kept), rest]))
    fc.assert(
      fc.property(fc.oneof(bytes, begun), (each) => {
        expect(() => openBytes(KEY, NAME, each)).toThrow(SealingError)
      }),
      { numRuns: 1000 },
    )
  })
})

function chunksOf(sealed: Buffer): Buffer[] {
  return [0, 1, 2].map((chunk) => {
    const at = SEALED_HEADER_BYTES + chunk * SEALED_CHUNK_BYTES
    return sealed.subarray(at, at + SEALED_CHUNK_BYTES)
  })
}

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof SealingError) return error.code
    throw error
  }
  return 'opened'
}
