import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { libraryIdOf } from './library-id.ts'
import { MasterKey } from './master-key.ts'
import { formatRecoveryKey, parseRecoveryKey } from './recovery-key.ts'
import { RecoveryKeyError } from './recovery-key-error.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const keys = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => new MasterKey(bytes))

describe('recovery key', () => {
  it('gives back the key that was written down, in 12 groups of 5', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const text = formatRecoveryKey(key)
        expect(text).toMatch(/^TR[0-9A-HJKMNP-TV-Z]{3}(-[0-9A-HJKMNP-TV-Z]{5}){11}$/)
        expect(parseRecoveryKey(text).reveal()).toEqual(key.reveal())
      }),
    )
  })

  it('keeps its form for ever: this key is on somebody’s paper', () => {
    const key = new MasterKey(Uint8Array.from({ length: 32 }, (_, at) => at * 7))
    expect(formatRecoveryKey(key)).toBe('TR003-GW58W-4CN32-E1Z8S-6N8PV-2D5R7-EZM5H-J9SN8-D8NYV-BVH6B-TBCG7-PKFQ6')
  })

  it('does not mind case, dashes, spaces, line ends, O for 0, and I or L for 1', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const text = formatRecoveryKey(key)
        const typed = [
          text.toLowerCase(),
          text.replaceAll('-', ''),
          ` ${text.replaceAll('-', ' \n')}\t`,
          text.replaceAll('-', ' – '),
          text.replaceAll('0', 'o').replaceAll('1', 'l'),
          text.replaceAll('0', 'O').replaceAll('1', 'I'),
        ]
        for (const each of typed) expect(parseRecoveryKey(each).reveal()).toEqual(key.reveal())
      }),
    )
  })

  it('finds every single wrong character and says in which group it is', () => {
    const text = formatRecoveryKey(MasterKey.random())
    let tries = 0
    for (let at = 0; at < text.length; at++) {
      for (const other of text[at] === '-' ? '' : ALPHABET.replace(text[at] as string, '')) {
        expect(() => parseRecoveryKey(text.slice(0, at) + other + text.slice(at + 1))).toThrow(
          `Look at group ${Math.floor(at / 6) + 1} of 12.`,
        )
        tries++
      }
    }
    expect(tries).toBe(60 * 31)
  })

  it('finds every swap of neighbours', () => {
    fc.assert(
      fc.property(keys, fc.nat(58), (key, at) => {
        const text = formatRecoveryKey(key).replaceAll('-', '')
        const swapped = `${text.slice(0, at)}${text[at + 1]}${text[at]}${text.slice(at + 2)}`
        if (swapped !== text) expect(() => parseRecoveryKey(swapped)).toThrow('two in the wrong order. Look at group')
      }),
      { numRuns: 1000 },
    )
  })

  it('says what is wrong with a text that is no key', () => {
    const text = formatRecoveryKey(MasterKey.random())
    const codeOf = (typed: string) => {
      try {
        parseRecoveryKey(typed)
      } catch (error) {
        return (error as RecoveryKeyError).code
      }
      return 'none'
    }
    expect(codeOf('')).toBe('length')
    expect(codeOf(text.slice(1))).toBe('length')
    expect(codeOf(`${text}0`)).toBe('length')
    expect(codeOf(text.replace('T', 'U'))).toBe('character')
    expect(codeOf(text.replace('T', 'é'))).toBe('character')
    expect(codeOf('0'.repeat(60))).toBe('mistyped')
  })

  it('refuses any other text with its own error', () => {
    const character = fc.constantFrom(...Array.from(`${ALPHABET}${ALPHABET.toLowerCase()}- oil`))
    const texts = fc.oneof(fc.string({ maxLength: 100 }), fc.string({ unit: character, minLength: 50, maxLength: 70 }))
    fc.assert(
      fc.property(texts, (text) => {
        expect(() => parseRecoveryKey(text)).toThrow(RecoveryKeyError)
      }),
    )
  })
})

describe('MasterKey', () => {
  it('shows nothing of itself where it is printed', () => {
    const key = new MasterKey(new Uint8Array(32).fill(65))
    expect([`${key}`, JSON.stringify({ key }), inspect({ key })]).toEqual(['***', '{"key":"***"}', '{ key: *** }'])
  })

  it('names its library with 11 characters that are the same every time', () => {
    expect(libraryIdOf(new MasterKey(new Uint8Array(32)))).toBe('nQ5-3QtSLZo')
    for (const key of fc.sample(keys)) expect(libraryIdOf(key)).toMatch(/^[A-Za-z0-9_-]{11}$/)
    expect(libraryIdOf(MasterKey.random())).not.toBe(libraryIdOf(MasterKey.random()))
  })
})
