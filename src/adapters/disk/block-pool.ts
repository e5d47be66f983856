/** Few large writes cost less than many small ones. */
export const BLOCK_BYTES = 128 * 1024
const MOST_KEPT = 64

const free: Buffer[] = []

/** Memory for BLOCK_BYTES, used again and again: files that come by the dozen would make garbage faster than it is collected. */
export function takeBlock(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES)
}

/** Nobody may look at it any more. */
export function giveBlock(block: Buffer): void {
  if (free.length < MOST_KEPT) free.push(block)
}
