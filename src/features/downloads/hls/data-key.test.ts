import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dataKey } from './data-key.ts'

describe('dataKey', () => {
  it('reads the sixteen bytes of any key, in base64 and percent-encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (key) => {
        const base64 = Buffer.from(key).toString('base64')
        const percent = [...key].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
        expect(dataKey(`data:text/plain;base64,${base64}`)).toEqual(key)
        expect(dataKey(`data:application/octet-stream;charset=x;base64,${encodeURIComponent(base64)}`)).toEqual(key)
        expect(dataKey(`data:,${percent}`)).toEqual(key)
      }),
    )
  })

  it.each([
    'data:',
    'data:;base64,',
    'data:;base64,AAAA',
    'data:;base64,!!!!',
    'data:,0123456789abcde',
    'data:,0123456789abcdefg',
    `data:,${'%00'.repeat(400)}`,
    'data:,ä€ä€ä€ä€ä€ä€ä€ä€',
    'https://example.org/key',
  ])('is null for %s', (url) => {
    expect(dataKey(url)).toBeNull()
  })
})
