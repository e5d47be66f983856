import type { FileHandle } from 'node:fs/promises'

/** Writes all bytes at a place; the system may take them in several goes. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    done += (await file.write(bytes, done, bytes.byteLength - done, at + done)).bytesWritten
  }
}
