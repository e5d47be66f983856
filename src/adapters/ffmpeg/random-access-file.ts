import { open } from 'node:fs/promises'
import type { RandomAccess } from '#lib/containers/random-access.ts'

export interface RandomAccessFile extends RandomAccess, AsyncDisposable {}

/** Opens a file of this machine for reading anywhere in it. */
export async function openRandomAccess(path: string): Promise<RandomAccessFile> {
  const handle = await open(path)
  const { size } = await handle.stat()
  return {
    size,
    async read(offset, length, into) {
      const wanted = Math.max(0, Math.min(length, size - offset))
      const bytes = into?.subarray(0, wanted) ?? Buffer.allocUnsafeSlow(wanted)
      let filled = 0
      while (filled < bytes.byteLength) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.byteLength - filled, offset + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return bytes.subarray(0, filled)
    },
    [Symbol.asyncDispose]: () => handle.close(),
  }
}
