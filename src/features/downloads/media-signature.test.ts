import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signatureOf } from './media-signature.ts'

const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? Array.from(part, (one) => one.charCodeAt(0)) : part)),
  )

const packets = (count: number) => Uint8Array.from({ length: 188 * count }, (_, at) => (at % 188 === 0 ? 0x47 : 1))

describe('the first bytes of an answer', () => {
  it.each([
    ['playlist', bytes('#EXTM3U\n')],
    ['playlist', bytes([0xef, 0xbb, 0xbf], '\r\n #EXTM3U')],
    ['media', bytes([0, 0, 0, 24], 'ftypisom')],
    ['media', bytes([0x1a, 0x45, 0xdf, 0xa3, 1])],
    ['media', packets(3)],
    ['media', bytes('ID3', [4, 0])],
    ['media', bytes([0xff, 0xf1, 0x50, 0x80])],
    ['page', bytes('\n<!DOCTYPE html><title>')],
    ['page', bytes('<html lang="en">')],
    ['other', bytes('{"error":"no"}')],
    ['other', bytes('G')],
    ['other', bytes([0xff, 0xfe], 'h')],
    ['other', new Uint8Array(0)],
  ])('are known: %s', (signature, head) => {
    expect(signatureOf(head)).toBe(signature)
  })

  it('are never too strange to be told', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (head) => {
        expect(['playlist', 'media', 'page', 'other']).toContain(signatureOf(head))
      }),
    )
  })
})
