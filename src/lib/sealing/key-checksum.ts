/**
 * The cyclic code of BIP 173 over symbols of 5 bits, closed with the constant of BIP 350. It finds every mistake in up to
 * four symbols of up to 89, so every mistyped symbol and every two that changed places.
 */
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const
/** What the generators give for each symbol that leaves the remainder. */
const FEEDBACK = Array.from({ length: 32 }, (_, top) =>
  GENERATORS.reduce((sum, generator, bit) => ((top >>> bit) & 1 ? sum ^ generator : sum), 0),
)
const CLOSING = 0x2bc830a3

export const CHECK_SYMBOLS = 6

/** The symbols to be put behind `symbols`. */
export function checkSymbolsOf(symbols: readonly number[]): number[] {
  const rest = remainderOf([...symbols, ...new Array<number>(CHECK_SYMBOLS).fill(0)]) ^ CLOSING
  return Array.from({ length: CHECK_SYMBOLS }, (_, at) => (rest >>> (5 * (CHECK_SYMBOLS - 1 - at))) & 31)
}

/** Whether the symbols, check symbols included, are as they were made. */
export function areChecked(symbols: readonly number[]): boolean {
  return remainderOf(symbols) === CLOSING
}

/** Where one wrong symbol is, or the first of two neighbours that changed places, if that explains it; else null. */
export function findMistake(symbols: readonly number[]): number | null {
  for (const [at, symbol] of symbols.entries()) {
    const next = symbols[at + 1] ?? symbol
    if (next !== symbol && areChecked(symbols.with(at, next).with(at + 1, symbol))) return at
    for (let other = 0; other < 32; other++) if (areChecked(symbols.with(at, other))) return at
  }
  return null
}

function remainderOf(symbols: readonly number[]): number {
  let rest = 1
  for (const symbol of symbols) {
    rest = ((rest & 0x1ffffff) << 5) ^ symbol ^ (FEEDBACK[rest >>> 25] ?? 0)
  }
  return rest
}
