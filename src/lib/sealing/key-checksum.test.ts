import { describe, expect, it } from 'vitest'
import { areChecked, checkSymbolsOf, findMistake } from './key-checksum.ts'

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/** Valid strings of BIP 350. The part before the last 1 counts by the high bits, a zero, and the low bits of its letters. */
const VALID = [
  'a1lqfn3a',
  'an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6',
  'abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx',
  'split1checkupstagehandshakeupstreamerranterredcaperredlc445v',
]

describe('checksum of keys', () => {
  it.each(VALID)('agrees with BIP 350 on %s', (text) => {
    const border = text.lastIndexOf('1')
    const codes = Array.from(text.slice(0, border), (letter) => letter.charCodeAt(0))
    const symbols = Array.from(text.slice(border + 1), (letter) => BECH32.indexOf(letter))
    const all = [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31), ...symbols]
    expect(areChecked(all)).toBe(true)
    expect(checkSymbolsOf(all.slice(0, -6))).toEqual(all.slice(-6))
  })

  it('does not guess where the mistakes are when there are several', () => {
    const symbols = [...Array.from({ length: 54 }, (_, at) => at % 32)]
    const checked = [...symbols, ...checkSymbolsOf(symbols)]
    expect(findMistake(checked.with(3, 9).with(20, 0).with(50, 1))).toBeNull()
  })
})
