import { createHash } from 'node:crypto'
import { composeCore } from '#app/compose.ts'
import { settleStore } from '#app/keep-store.ts'
import { holdLibrary } from '#app/hold-library.ts'
import { loadConfig } from '#config/config.ts'
import { toSources } from '#config/env.ts'
import { VideoNotFoundError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import { ingestVideo } from '#features/ingest/ingest-video.ts'
import { deleteVideo, requestDelete } from '#features/library/delete-video.ts'
import { rebuildLibrary } from '#features/library/rebuild-library.ts'
import { restoreSnapshot } from '#features/library/restore-snapshot.ts'

/** What a process is to do, and where it is to end. */
export interface Errand {
  readonly what: 'upload' | 'delete' | 'rebuild' | 'sweep'
  readonly dataDir: string
  readonly env: Readonly<Record<string, string>>
  readonly videoId: string
  /** The file of an upload. */
  readonly path?: string
  readonly recoveryKey?: string
  /** After the work a sweep that gives way to nobody, and the bytes of every segment are read. */
  readonly check?: true
  /** Ends itself with SIGKILL at the n-th time that a step of this name is reached, or at the n-th step of all. */
  readonly killAt?: { readonly step: string | null; readonly nth: number }
}

/**
 * A process of its own: does an errand as the command line does it (the work, then a sweep where it left questions open, then
 * a copy of the catalog) and kills itself on the way. Prints an `ErrandReport` when it comes to the end.
 */
export interface ErrandReport {
  readonly steps: readonly string[]
  /** With `check`: SHA-256 of each segment of the video, by `v0 12`. */
  readonly segments: Readonly<Record<string, string>>
}

const errand = JSON.parse(process.argv[2] ?? '{}') as Errand
const reachedSteps: string[] = []
let left = errand.killAt?.nth ?? Number.POSITIVE_INFINITY

function reached(step: string): void {
  reachedSteps.push(step)
  const wanted = errand.killAt?.step ?? null
  if ((wanted === null || wanted === step) && --left === 0) process.kill(process.pid, 'SIGKILL')
}

const { dataDir, env, recoveryKey } = errand
const loaded = loadConfig(toSources({ ...env, DATA_DIR: dataDir, PATH: process.env.PATH }, '', dataDir))
if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults))
const signal = new AbortController().signal
await using core = await composeCore(loaded.config, { silent: true, recoveryKey, reached })
const videoId = errand.videoId as VideoId

if (errand.what === 'rebuild') await rebuild()
else {
  await using _lock = await holdLibrary(core, signal)
  if (errand.what === 'upload') await upload()
  if (errand.what === 'delete') await remove()
  if (errand.what === 'sweep') await sweep()
  else await settleStore(core, signal)
  if (errand.check) await sweep()
}
const report: ErrandReport = { steps: reachedSteps, segments: errand.check ? await segmentHashes() : {} }
process.stdout.write(`${JSON.stringify(report)}\n`)

async function upload(): Promise<void> {
  const { catalog } = core.ports
  const { videos } = await catalog.videos({ limit: 1000 })
  if (!videos.some(({ id }) => id === videoId)) {
    const source = { path: errand.path ?? '', owned: false }
    const facts = { title: 'Crash', originalFilename: 'crash.mp4', byteLength: 1, createdAt: new Date(0) }
    await catalog.addVideo({ id: videoId, ...facts, source })
  }
  const settings = { minSegmentSec: 2, maxSegmentSec: 30, oversized: 'split' } as const
  await ingestVideo(videoId, core.ports, { settings, signal, report: () => {}, reached })
}

async function remove(): Promise<void> {
  // A video that is being deleted is not there for whoever asks; the job goes on all the same.
  await requestDelete(videoId, core.ports).catch(unlessGone)
  await deleteVideo(videoId, core.ports, signal).catch(unlessGone)
}

function unlessGone(error: unknown): void {
  if (!(error instanceof VideoNotFoundError)) throw error
}

async function rebuild(): Promise<void> {
  const snapshot = await core.store.findBlobs(() => {}, signal)
  const options = { dryRun: false, signal }
  if (snapshot) for await (const _record of restoreSnapshot(snapshot, core.ports.catalog, options)) reached('restored')
  for await (const _finding of rebuildLibrary(core.ports, options)) reached('found')
}

/** As the server sweeps now and then, without giving way to anybody: nobody else is there. */
async function sweep(): Promise<void> {
  await core.store.sweep(signal, { background: false })
}

async function segmentHashes(): Promise<Record<string, string>> {
  const { catalog, blobs } = core.ports
  const { videos } = await catalog.videos({ limit: 1000 })
  if (!videos.some(({ id }) => id === videoId)) return {}
  const { segments, packs } = await catalog.record(videoId)
  const hashes: Record<string, string> = {}
  for (const { trackId, index, slices } of segments) {
    const hash = createHash('sha256')
    for (const { packId, offset, length } of slices) {
      const { ref } = packs.find(({ id }) => id === packId) ?? {}
      if (!ref) throw new Error(`Pack ${packId} is not stored.`)
      const range = { first: offset, last: offset + length - 1 }
      for await (const bytes of await blobs.get(ref, { range })) hash.update(bytes)
    }
    hashes[`${trackId.split('/')[1]} ${index}`] = hash.digest('hex')
  }
  return hashes
}
