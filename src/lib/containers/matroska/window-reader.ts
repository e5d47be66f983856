import type { RandomAccess } from '../random-access.ts'
import { answered } from './asking.ts'
import { ByteWindow } from './byte-window.ts'

/** A ByteWindow for whoever reads one thing after another. */
export class WindowReader {
  readonly #file: RandomAccess
  readonly #window: ByteWindow

  /** `windowLength`: how many bytes a read fetches at least. */
  constructor(file: RandomAccess, windowLength: number) {
    this.#file = file
    this.#window = new ByteWindow(file.size, windowLength)
  }

  /** Up to `length` bytes from `offset`; fewer only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array> {
    return answered(this.#file, this.#window.read(offset, length))
  }
}
