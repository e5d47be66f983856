import type { FileHandle } from 'node:fs/promises'

/** Up to `byteLength` bytes from `offset` on, each piece in the memory of the one before. */
export async function* readThrough(
  file: FileHandle,
  { offset, byteLength }: { readonly offset: number; readonly byteLength: number },
  buffer: Buffer,
): AsyncGenerator<Buffer> {
  for (let done = 0; done < byteLength; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, byteLength - done), offset + done)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    done += bytesRead
  }
}
