import { closeSync, fstatSync, openSync, readvSync } from 'node:fs'
import type { ChunkRun } from '#lib/sealing/chunk-run.ts'
import { CHUNK_BYTES } from '#lib/sealing/sealed-form.ts'

/** IOV_MAX on Linux. */
const MAX_PIECES_PER_READ = 1024

/**
 * Reads the plain bytes of a run from the file that holds all of them, each to its place. False when the file cannot be read
 * or has another length. Waits for the disk: meant for a thread that has nothing else to do.
 */
export function fillFromFile(run: ChunkRun, path: string): boolean {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    return fstatSync(file).size === run.place.plainBytes && readInto(run, file)
  } catch {
    return false
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function readInto(run: ChunkRun, file: number): boolean {
  const bodies = Array.from(run.chunks(), ({ body }) => body)
  let at = run.place.firstChunk * CHUNK_BYTES
  for (let index = 0; index < bodies.length; index += MAX_PIECES_PER_READ) {
    const group = bodies.slice(index, index + MAX_PIECES_PER_READ)
    const wanted = group.reduce((sum, { byteLength }) => sum + byteLength, 0)
    if (readvSync(file, group, at) !== wanted) return false
    at += wanted
  }
  return true
}
