import { createHash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import type { HashQuestion } from './hash-thread.ts'

/** The other side of HashThread. */
parentPort?.on('message', ({ id, bytes }: HashQuestion) => {
  const hash = createHash('sha256')
  for (const piece of bytes) hash.update(piece)
  parentPort?.postMessage({ id, sha256: hash.digest('hex') })
})
