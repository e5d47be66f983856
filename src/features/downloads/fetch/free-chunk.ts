/** Below this it is not worth a call; small chunks may also share their memory with others. */
const WORTH_FREEING_BYTES = 4096

/**
 * Gives the memory of a chunk back now instead of when garbage is collected next: at a hundred megabytes a second that
 * is the difference between a few and a hundred. Nobody may look at the chunk any more. A chunk that is a part of other
 * memory is left alone.
 */
export function freeChunk({ buffer, byteLength }: Uint8Array): void {
  if (byteLength < WORTH_FREEING_BYTES || byteLength !== buffer.byteLength) return
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0)
}
