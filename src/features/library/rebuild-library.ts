import type { BlobRef } from '#domain/blob-store.ts'
import type { Catalog, VideoRecord } from '#domain/catalog.ts'
import { ProductError } from '#domain/errors.ts'
import { type PackId, trackIdOf, type VideoId } from '#domain/ids.ts'
import { MANIFEST_NAME, OUTLINE_NAME, parseManifest } from '#domain/manifest.ts'
import type { Pack, Segment, Slice } from '#domain/video.ts'
import type { PackEntry } from '#lib/pack-file/pack-file.ts'
import { type PackContents, type PackReadPorts, readPackContents, readPackEntry } from './read-pack.ts'

export interface RebuildPorts extends PackReadPorts {
  readonly catalog: Catalog
}

export type RebuildFinding =
  /** `whole`: from its manifest. `partial`: what the tables of its packs could tell. */
  | { readonly kind: 'restored'; readonly record: VideoRecord; readonly how: 'whole' | 'partial' }
  | { readonly kind: 'known'; readonly videoId: VideoId }
  | { readonly kind: 'unreadable'; readonly ref: BlobRef; readonly message: string }
  | { readonly kind: 'hopeless'; readonly videoId: VideoId; readonly message: string }

interface FoundPack extends PackContents {
  readonly ref: BlobRef
}

/**
 * Makes the catalog anew from the store alone. Videos that the catalog knows are left as they are. With `dryRun`
 * nothing is written.
 */
export async function* rebuildLibrary(
  ports: RebuildPorts,
  { dryRun, signal }: { readonly dryRun: boolean; readonly signal: AbortSignal },
): AsyncIterable<RebuildFinding> {
  const found = new Map<VideoId, FoundPack[]>()
  for await (const { ref } of ports.blobs.list(signal)) {
    try {
      const pack = { ...(await readPackContents(ref, ports, signal)), ref }
      const videoId = pack.header.videoId as VideoId
      found.set(videoId, [...(found.get(videoId) ?? []), pack])
    } catch (error) {
      if (!(error instanceof ProductError)) throw error
      yield { kind: 'unreadable', ref, message: error.message }
    }
  }
  const { videos } = await ports.catalog.videos({ limit: Number.MAX_SAFE_INTEGER })
  const known = new Set(videos.map(({ id }) => id))
  for (const [videoId, packs] of found) {
    if (known.has(videoId)) yield { kind: 'known', videoId }
    else yield await restore(videoId, packs, ports, dryRun, signal)
  }
}

async function restore(
  videoId: VideoId,
  packs: readonly FoundPack[],
  ports: RebuildPorts,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<RebuildFinding> {
  const sorted = [...packs].sort((one, other) => one.header.position - other.header.position)
  const manifest = await readRecord(MANIFEST_NAME, sorted, ports, signal)
  const outline = manifest ? null : await readRecord(OUTLINE_NAME, sorted, ports, signal)
  if (!manifest && !outline)
    return { kind: 'hopeless', videoId, message: 'Neither its manifest nor its outline is left.' }
  const record = manifest ? withPlaces(manifest, sorted) : partialRecord(outline as VideoRecord, sorted)
  if (!dryRun) await ports.catalog.restoreVideo(record)
  return { kind: 'restored', record, how: manifest ? 'whole' : 'partial' }
}

/** The newest whole copy of a record among the packs. */
async function readRecord(
  name: string,
  packs: readonly FoundPack[],
  ports: RebuildPorts,
  signal: AbortSignal,
): Promise<VideoRecord | null> {
  const runs = runsOf(packs).filter(({ entry }) => entry.name === `attachment ${name}`)
  for (let last = runs.length - 1; last >= 0; last--) {
    const end = runs[last]
    const copy = runs.slice(last - (end?.entry.part ?? 0), last + 1)
    const whole = end?.entry.last && copy.every(({ entry }, part) => entry.part === part)
    if (!whole) continue
    const pieces = await Promise.all(copy.map(({ ref, entry }) => readPackEntry(ref, entry, ports, signal)))
    const record = parseManifest(joined(pieces))
    if (record) return record
  }
  return null
}

function runsOf(packs: readonly FoundPack[]) {
  return packs.flatMap(({ entries, header, ref }) => {
    return entries.map((entry) => ({ entry, ref, packId: packIdOf(header.videoId, header.position) }))
  })
}

/** The manifest with the places where its packs were found. Its own packs are not in it: they come from their tables. */
function withPlaces(record: VideoRecord, found: readonly FoundPack[]): VideoRecord {
  const known = new Map(record.packs.map((pack) => [pack.position, pack]))
  const packs = found.map((pack) => ({
    ...storedPack(pack),
    id: known.get(pack.header.position)?.id ?? storedPack(pack).id,
  }))
  const idOf = new Map(packs.map(({ position, id }) => [packIdOf(record.video.id, position), id]))
  const manifest = runsOf(found).filter(({ entry }) => entry.name === `attachment ${MANIFEST_NAME}`)
  const slices = manifest
    .slice(manifest.findLastIndex(({ entry }) => entry.part === 0))
    .map(({ entry, packId }) => sliceOf(entry, idOf.get(packId) ?? packId))
  return { ...record, packs, attachments: [...record.attachments, manifestAttachment(record.video.id, slices)] }
}

/** What the tables tell: every segment whose runs are all there. */
function partialRecord(outline: VideoRecord, found: readonly FoundPack[]): VideoRecord {
  const runs = new Map<string, { entry: PackEntry; packId: PackId }[]>()
  for (const run of runsOf(found)) runs.set(run.entry.name, [...(runs.get(run.entry.name) ?? []), run])
  const names = new Set(outline.tracks.map(({ name }) => name))
  const segments = [...runs].flatMap(([name, own]) => {
    const segment = segmentOf(name, own, outline.video.id)
    return segment && names.has(name.split(' ')[1] ?? '') ? [segment] : []
  })
  const durationSec = Math.max(0, ...segments.map(({ startSec, durationSec }) => startSec + durationSec))
  const note = 'Rebuilt from its segments; its manifest is lost.'
  const video = { ...outline.video, state: 'ready' as const, durationSec, notes: [...outline.video.notes, note] }
  return { ...outline, video, packs: found.map(storedPack), segments, attachments: [] }
}

function segmentOf(
  name: string,
  runs: readonly { entry: PackEntry; packId: PackId }[],
  videoId: VideoId,
): Segment | null {
  const [kind, track, index] = name.split(' ')
  const last = runs.at(-1)?.entry
  const whole = last?.last && runs.every(({ entry }, part) => entry.part === part)
  if (kind !== 'segment' || !track || !index || !whole) return null
  const slices = runs.map(({ entry, packId }) => sliceOf(entry, packId))
  return {
    trackId: trackIdOf(videoId, track),
    index: index === 'init' ? 'init' : Number(index),
    startSec: runs[0]?.entry.startSec ?? 0,
    durationSec: last.durationSec ?? 0,
    byteLength: slices.reduce((sum, { length }) => sum + length, 0),
    slices,
    reencoded: false,
  }
}

function storedPack({ header, ref, digest, byteLength }: FoundPack): Pack {
  const videoId = header.videoId as VideoId
  return {
    id: packIdOf(videoId, header.position),
    videoId,
    position: header.position,
    state: 'stored',
    ref,
    byteLength,
    digest,
  }
}

function manifestAttachment(videoId: VideoId, slices: readonly Slice[]) {
  const byteLength = slices.reduce((sum, { length }) => sum + length, 0)
  const facts = { kind: 'manifest', trackName: null, mediaType: 'application/json' } as const
  return { ...facts, videoId, name: MANIFEST_NAME, slices, byteLength }
}

function packIdOf(videoId: string, position: number): PackId {
  return `${videoId}:${position}` as PackId
}

function sliceOf({ offset, length, sha256 }: PackEntry, packId: PackId): Slice {
  return { packId, offset, length, sha256 }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.byteLength
  }
  return bytes
}
