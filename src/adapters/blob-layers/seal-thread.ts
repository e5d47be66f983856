import type { KeyObject } from 'node:crypto'
import { createHash } from 'node:crypto'
import { HelperThread } from '#lib/concurrency/helper-thread.ts'
import { ChunkCipher } from '#lib/sealing/chunk-cipher.ts'
import { ChunkRun, type RunPlace } from '#lib/sealing/chunk-run.ts'
import { plainHashOf, sealRun } from '#lib/sealing/seal-run.ts'
import type { SealedHeader } from '#lib/sealing/sealed-header.ts'
import { fillFromFile } from './fill-from-file.ts'

/** From this size on it pays to ask another thread. */
const WORTH_ASKING_BYTES = 256 * 1024

const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './seal-worker.ts' : './seal-worker.js', import.meta.url)

/** A run as it can be shown to another thread. */
interface ShownRun {
  readonly bytes: Uint8Array
  readonly place: RunPlace
  /** Of the file with all plain bytes; null when those of the run are there already. */
  readonly path: string | null
}

interface SealWish extends ShownRun {
  readonly key: KeyObject
  readonly header: SealedHeader
  readonly isHashed: boolean
}

type SealWay = Pick<SealWish, 'isHashed' | 'path'>

export type SealQuestion = ({ readonly do: 'hash' } & ShownRun) | ({ readonly do: 'seal' } & SealWish)

/** Of plain bytes: only the hash. */
export interface SealAnswer {
  /** The file gave all bytes of the run; else nothing was done. */
  readonly isFilled: boolean
  readonly tags: Uint8Array
  /** Null when nobody asked for it. */
  readonly sha256: Uint8Array | null
}

/**
 * Hashes and seals runs in shared memory beside the main thread. There each chunk would leave 64 KiB to its garbage
 * collector, which looks at all that the program holds each time: that took longer than the ciphers did.
 */
export class SealThread {
  readonly #thread = new HelperThread<SealQuestion, SealAnswer>(PROGRAM)

  /** Starts the thread, so that the first question need not wait for it. */
  prepare(): void {
    this.#thread.prepare()
  }

  async plainHash({ bytes, place }: ChunkRun): Promise<Uint8Array> {
    const { sha256 } = await this.#ask({ do: 'hash', bytes, place, path: null })
    return sha256 as Uint8Array
  }

  /** Reads the run first, from the file with all plain bytes. Null when that has not so many, or cannot be read. */
  async plainHashOfFile({ bytes, place }: ChunkRun, path: string): Promise<Uint8Array | null> {
    return (await this.#ask({ do: 'hash', bytes, place, path })).sha256
  }

  /** Seals the run where it lies, once it was read from the file if there is one; nobody may look at it until then. */
  async seal({ bytes, place }: ChunkRun, { key, header }: ChunkCipher, how: SealWay): Promise<SealAnswer> {
    return this.#ask({ do: 'seal', bytes, place, key, header, ...how })
  }

  async #ask(question: SealQuestion): Promise<SealAnswer> {
    const isWorth =
      question.place.plainBytes >= WORTH_ASKING_BYTES && question.bytes.buffer instanceof SharedArrayBuffer
    return isWorth ? this.#thread.ask(question) : answerOf(question)
  }
}

/** What the thread does. */
export function answerOf(question: SealQuestion): SealAnswer {
  const run = new ChunkRun(question.bytes, question.place)
  const isFilled = question.path === null || fillFromFile(run, question.path)
  if (!isFilled) return { isFilled, tags: new Uint8Array(), sha256: null }
  if (question.do === 'hash') return { isFilled, tags: new Uint8Array(), sha256: plainHashOf(run) }
  const tags = sealRun(new ChunkCipher(question.key, question.header), run)
  return { isFilled, tags, sha256: question.isHashed ? createHash('sha256').update(run.bytes).digest() : null }
}
