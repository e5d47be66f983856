import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Caption, formatCaption, parseCaption, refOf } from './caption.ts'

const SHA256 = 'ab'.repeat(32)
const word = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'abcXYZ019_-'.split('')), minLength, maxLength })
const blob = fc.record({
  kind: fc.constant('blob' as const),
  libraryId: word(11, 11),
  name: fc.array(word(1, 32), { minLength: 2, maxLength: 3 }).map((words) => words.join('/')),
  byteLength: fc.nat({ max: 20_971_520 }),
  sha256: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  nonce: word(11, 11),
})
const captions: fc.Arbitrary<Caption> = fc.oneof(
  blob,
  fc.record({ kind: fc.constant('probe' as const), libraryId: word(11, 11), nonce: word(11, 11) }),
  fc.record({ kind: fc.constant('gone' as const), libraryId: word(11, 11) }),
)

describe('a caption', () => {
  it('says the same when it is read again, and is short', () => {
    fc.assert(
      fc.property(captions, (caption) => {
        const text = formatCaption(caption)
        expect(text.length).toBeLessThan(200)
        expect(parseCaption(text)).toEqual(caption)
      }),
    )
  })

  it.each([
    null,
    '',
    't1',
    't1 abcdefghijk',
    't2 abcdefghijk gone',
    't1 abcdefghijk gone now',
    't1 abcdefghijk probe',
    't1 abcdefghijk probe ü23456789',
    't1 abcdefghijk film/0 12 short abcdefghijk',
    `t1 abcdefghijk film 12 ${'a'.repeat(43)} abcdefghijk`,
    `t1 abcdefghijk film/../0 12 ${'a'.repeat(43)} abcdefghijk`,
    `t1 abcdefghijk film/0 012 ${'a'.repeat(43)} abcdefghijk`,
    `t1 abcdefghijk film/0 12 ${'a'.repeat(43)} abcdefghijk extra`,
    'Holiday film, please keep',
  ])('is not ours when it reads %j', (text) => {
    expect(parseCaption(text)).toBeNull()
  })

  it('is read from random words only when it would be written just so', () => {
    const words = fc.array(fc.oneof(word(0, 45), fc.constantFrom('probe', 'gone', 'film/0', '12')), { maxLength: 7 })
    fc.assert(
      fc.property(words, (rest) => {
        const text = ['t1', ...rest].join(' ')
        const caption = parseCaption(text)
        // 43 characters of base64url hold two bits more than 32 bytes: the last character has several spellings.
        if (caption) expect(formatCaption(caption).length).toBe(text.length)
      }),
    )
  })
})

describe('the ref of a blob', () => {
  it('depends on its name and its bytes', () => {
    const ref = refOf({ name: 'film/0', sha256: SHA256 })
    expect(ref).toBe('telegram:film/0/q6urq6urq6urq6ur')
    expect(refOf({ name: 'film/1', sha256: SHA256 })).not.toBe(ref)
    expect(refOf({ name: 'film/0', sha256: `${'ab'.repeat(11)}${'cd'.repeat(21)}` })).not.toBe(ref)
  })
})
