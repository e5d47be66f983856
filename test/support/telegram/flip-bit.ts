import { type FileContent, memoryContent } from './file-content.ts'

/** The same bytes with one bit turned; bits are counted from the first byte's highest, modulo the length. */
export function flipBit(content: FileContent, bit: number): FileContent {
  const bytes = content.bytes()
  flipBitIn(bytes, bit)
  return memoryContent([bytes])
}

/** Turns one bit in place. */
export function flipBitIn(bytes: Buffer, bit: number): void {
  if (bytes.length === 0) return
  const index = Math.floor(bit / 8) % bytes.length
  bytes[index] = (bytes[index] ?? 0) ^ (0x80 >> (bit % 8))
}
