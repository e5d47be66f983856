import { InvalidInputError } from '#domain/errors.ts'

/** One argument may be 128 KiB on Linux (MAX_ARG_STRLEN) and 32 KiB together on Windows. */
const MAX_LIST_CHARACTERS = process.platform === 'win32' ? 24_000 : 120_000
/** Borders are told in microseconds, times of pictures in ticks: neither may round a picture to the wrong side. */
export const BORDER_TOLERANCE_SEC = 0.0005

/**
 * The value of `-force_key_frames` that makes each border (container time, ascending) begin with a key frame: the first
 * picture at or behind it. A list as long as that fits into an argument, then an expression for even borders.
 */
export function keyFrameTimes(bordersSec: readonly number[]): string {
  const list = bordersSec.map((sec) => (sec - BORDER_TOLERANCE_SEC).toFixed(6)).join(',')
  if (list.length <= MAX_LIST_CHARACTERS) return list
  const [first = 0, second = 0] = bordersSec
  const stepSec = second - first
  const isEven = bordersSec.every((sec, index) => Math.abs(sec - first - index * stepSec) < BORDER_TOLERANCE_SEC)
  if (!isEven) throw new InvalidInputError('The film has more uneven cuts than an encoder can be told of.')
  // `t` counts from the first picture, which is at the first border.
  return `expr:gte(t,n_forced*${stepSec}-${BORDER_TOLERANCE_SEC})`
}
