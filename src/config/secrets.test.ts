import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret, secretsIn } from './secrets.ts'

describe('a secret', () => {
  it('gives its value only when asked for it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, maxLength: 80 }), (value) => {
        fc.pre(!'{"secret":"***"}[Secret: ***]{ secret: *** }'.includes(value))
        const holder = { secret: new Secret(value) }
        expect(holder.secret.reveal()).toBe(value)
        for (const shown of [`${holder.secret}`, JSON.stringify(holder), inspect(holder, { showHidden: true })]) {
          expect(shown).not.toContain(value)
        }
      }),
    )
  })

  it.each([
    ['short', '***'],
    ['nineteen-characters', '***'],
    ['twenty-characters-ab', '***s-ab'],
  ])('shows of %s only %s', (value, shown) => {
    expect(new Secret(value).masked()).toBe(shown)
  })

  it('is found at any depth', () => {
    const [a, b] = [new Secret('a'), new Secret('b')]
    expect(secretsIn({ a, list: [{ b }, null, 'text', 1] })).toEqual([a, b])
  })
})
