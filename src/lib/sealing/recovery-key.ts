import { areChecked, CHECK_SYMBOLS, checkSymbolsOf, findMistake } from './key-checksum.ts'
import { MASTER_KEY_BYTES, MasterKey } from './master-key.ts'
import { RecoveryKeyError } from './recovery-key-error.ts'

/** Crockford's base32: no I, L, O that look like digits, and no U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LOOKS_LIKE: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' }

/** Spaces, line ends and anything that a word processor makes of a dash. */
const IGNORED = /[\s\p{Dash}_]/gu

/** The first two characters of every recovery key: what it is, under the checksum too. */
const PREFIX = 'TR'

const KEY_SYMBOLS = Math.ceil((MASTER_KEY_BYTES * 8) / 5)
const SYMBOLS = PREFIX.length + KEY_SYMBOLS + CHECK_SYMBOLS
const GROUP = 5

/** The key as people write it down: 12 groups of 5 characters, `TRxxx-xxxxx-…`, the last six a checksum. */
export function formatRecoveryKey(key: MasterKey): string {
  const symbols = [...symbolsOf(PREFIX), ...toSymbols(key.reveal())]
  const text = [...symbols, ...checkSymbolsOf(symbols)].map((symbol) => ALPHABET[symbol]).join('')
  return (text.match(new RegExp(`.{${GROUP}}`, 'g')) ?? []).join('-')
}

/**
 * The key that a person typed: upper or lower case, with any dashes and spaces, O for 0, I and L for 1. Any one mistyped
 * character and any two that changed places are found. Throws RecoveryKeyError, which says where to look.
 */
export function parseRecoveryKey(text: string): MasterKey {
  const symbols = symbolsOf(text)
  if (symbols.length !== SYMBOLS) {
    const count = `This text has ${symbols.length} characters, without dashes and spaces`
    throw new RecoveryKeyError('length', `A recovery key has ${SYMBOLS} characters. ${count}.`)
  }
  if (!areChecked(symbols)) throw mistyped(symbols)
  const bytes = toBytes(symbols.slice(PREFIX.length, PREFIX.length + KEY_SYMBOLS))
  const sameAgain = [...symbolsOf(PREFIX), ...toSymbols(bytes)]
  if (sameAgain.some((symbol, at) => symbol !== symbols[at])) {
    throw new RecoveryKeyError('mistyped', `This is not a recovery key of Telereel: it begins with ${PREFIX}.`)
  }
  return new MasterKey(bytes)
}

function mistyped(symbols: readonly number[]): RecoveryKeyError {
  const at = findMistake(symbols)
  const where = at === null ? '' : ` Look at group ${Math.floor(at / GROUP) + 1} of ${SYMBOLS / GROUP}.`
  return new RecoveryKeyError(
    'mistyped',
    `The recovery key has a mistyped character, or two in the wrong order.${where}`,
  )
}

function symbolsOf(text: string): number[] {
  return Array.from(text.replace(IGNORED, '').toUpperCase(), (character, at) => {
    const symbol = ALPHABET.indexOf(LOOKS_LIKE[character] ?? character)
    if (symbol >= 0) return symbol
    const what = JSON.stringify(character)
    throw new RecoveryKeyError('character', `Character ${at + 1} is ${what}, which never occurs in a recovery key.`)
  })
}

/** 5 bits each, the highest first; the last one is filled up with zeros. */
function toSymbols(bytes: Uint8Array): number[] {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.padEnd(KEY_SYMBOLS * 5, '0').match(/.{5}/g) ?? []).map((five) => Number.parseInt(five, 2))
}

function toBytes(symbols: readonly number[]): Uint8Array {
  const bits = symbols.map((symbol) => symbol.toString(2).padStart(5, '0')).join('')
  return Uint8Array.from(bits.slice(0, MASTER_KEY_BYTES * 8).match(/.{8}/g) ?? [], (eight) => Number.parseInt(eight, 2))
}
