import { createCipheriv } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aes128CbcDecipher } from './aes-128-cbc.ts'
import { GzipInflater, InflateError } from './gzip-inflater.ts'

const bytes = fc.uint8Array({ maxLength: 5000 })
const cuts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 50 })

describe('aes128CbcDecipher', () => {
  it('undoes what was encrypted, in whatever pieces it comes', () => {
    const key16 = fc.uint8Array({ minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(bytes, key16, key16, cuts, (plain, key, iv, sizes) => {
        const cipher = createCipheriv('aes-128-cbc', key, iv)
        const encrypted = Buffer.concat([cipher.update(plain), cipher.final()])
        const decipher = aes128CbcDecipher(key, Buffer.from(iv).toString('hex'))
        const out = [...piecesOf(encrypted, sizes)].map((piece) => decipher.update(piece))
        expect(Buffer.concat([...out, decipher.final()])).toEqual(Buffer.from(plain))
      }),
    )
  })

  it('says so when the end is missing', () => {
    const decipher = aes128CbcDecipher(new Uint8Array(16), '00'.repeat(16))
    decipher.update(new Uint8Array(40))
    expect(() => decipher.final()).toThrow()
  })
})

describe('GzipInflater', () => {
  it('undoes what was compressed, in whatever pieces it comes', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, cuts, async (plain, sizes) => {
        expect(await inflated(gzipSync(plain), sizes, 5000)).toEqual(Buffer.from(plain))
      }),
    )
  })

  it('lets out no more than it may, whatever a small body could become', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    await expect(inflated(bomb, [1000], 1_000_000)).rejects.toBeInstanceOf(InflateError)
  })

  it('takes neither half of it nor anything else', async () => {
    const whole = gzipSync(Buffer.alloc(3000, 'abc'))
    await expect(inflated(whole.subarray(0, -5), [100], 5000)).rejects.toBeInstanceOf(InflateError)
    await expect(inflated(Buffer.from('no gzip at all'), [3], 5000)).rejects.toBeInstanceOf(InflateError)
    await expect(inflated(Buffer.alloc(0), [3], 5000)).rejects.toBeInstanceOf(InflateError)
  })
})

async function inflated(body: Buffer, sizes: readonly number[], maxBytes: number): Promise<Buffer> {
  const inflater = new GzipInflater(maxBytes)
  const out: Uint8Array[] = []
  for (const piece of piecesOf(body, sizes)) out.push(...(await inflater.write(piece)))
  out.push(...(await inflater.end()))
  return Buffer.concat(out)
}

function* piecesOf(body: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, n = 0; at < body.length; n++) {
    const size = sizes[n % sizes.length] ?? 1
    yield body.subarray(at, at + size)
    at += size
  }
}
