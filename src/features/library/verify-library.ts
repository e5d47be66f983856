import type { BlobRef, BlobRepairs } from '#domain/blob-store.ts'
import type { Catalog, VideoRecord } from '#domain/catalog.ts'
import { ConflictError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import { MANIFEST_NAME, OUTLINE_NAME } from '#domain/manifest.ts'
import type { Pack, Video } from '#domain/video.ts'
import { SourceAgain } from './cut-again.ts'
import { type DamagedSlice, damagedSlices } from './look-at-pack.ts'
import { isDeleted } from './is-deleted.ts'
import { blobNameOf, type MendPorts, mendPack, type MendSources, spareBlobs } from './mend-pack.ts'
import type { PackReadPorts } from './read-pack.ts'
import { blanksOf } from './torn-pack.ts'

/** 0: the catalog fits together · 1: every pack is there with its size and table · 2: every byte is read and compared. */
export type VerifyLevel = 0 | 1 | 2

export interface VerifyPorts extends PackReadPorts {
  readonly catalog: Catalog
}

export interface VerifyOptions {
  readonly level: VerifyLevel
  /** Only this video. */
  readonly videoId?: VideoId
  /** Share of the packs to look at, 0 to 100. */
  readonly percent?: number
  /** Mends what can be mended. */
  readonly mend?: MendWishes
  /** 0 to 1; decides which packs a share takes. */
  random(): number
  readonly signal: AbortSignal
}

export interface MendWishes {
  readonly ports: MendPorts
  /** Finds out what would be done, and does nothing. */
  readonly dryRun: boolean
  /** The file that the video was made from, where somebody knows better than the catalog. */
  readonly sourcePath: string | null
}

export interface VerifiedVideo {
  readonly video: Video
  readonly packs: number
  readonly bytes: number
  /** What is wrong, and was not mended. */
  readonly problems: readonly VerifyProblem[]
  /** What was found broken and mended, or of a dry run would be, for people. */
  readonly repaired: readonly string[]
  /** Of what could not be mended, why; for people. */
  readonly unmended: readonly string[]
}

/** What is wrong with a stretch of a track, or with a file that belongs to the video. */
export type VerifyProblem = {
  /** For people, without a capital and a full stop. */
  readonly why: string
} & (
  | { readonly trackName: string; readonly startSec: number; readonly endSec: number }
  | { readonly trackName: null; readonly attachmentName: string }
)

/** Reads back what is stored and compares it with the catalog; one result per video, as it goes. */
export async function* verifyLibrary(ports: VerifyPorts, options: VerifyOptions): AsyncIterable<VerifiedVideo> {
  const { mend, signal } = options
  const { videos } = options.videoId
    ? { videos: [await ports.catalog.video(options.videoId)] }
    : await ports.catalog.videos({ states: ['ready'], limit: Number.MAX_SAFE_INTEGER, sort: 'title' })
  const spares = mend ? await spareBlobs(mend.ports, signal) : new Map<string, readonly BlobRef[]>()
  for (const video of videos) {
    const verified = await verifyUnlessGone(video, spares, ports, options)
    if (verified) yield verified
  }
}

/** Null when it was deleted meanwhile: then nothing about it is a problem. */
async function verifyUnlessGone(
  video: Video,
  spares: ReadonlyMap<string, readonly BlobRef[]>,
  ports: VerifyPorts,
  options: VerifyOptions,
): Promise<VerifiedVideo | null> {
  try {
    const verified = await verifyVideo(video, spares, ports, options)
    return verified.problems.length > 0 && (await isDeleted(video.id, ports.catalog)) ? null : verified
  } catch (error) {
    if (await isDeleted(video.id, ports.catalog)) return null
    throw error
  }
}

interface Findings {
  readonly problems: VerifyProblem[]
  readonly repaired: string[]
  readonly unmended: string[]
  /** A pack was written anew, or would be. */
  isAnew: boolean
}

async function verifyVideo(
  video: Video,
  spares: ReadonlyMap<string, readonly BlobRef[]>,
  ports: VerifyPorts,
  options: VerifyOptions,
): Promise<VerifiedVideo> {
  const { mend, level, signal } = options
  let record = await ports.catalog.record(video.id)
  const looked = level === 0 ? [] : record.packs.filter(() => options.random() * 100 < (options.percent ?? 100))
  const findings: Findings = { problems: structureProblems(record), repaired: [], unmended: [], isAnew: false }
  await using source = mend ? new SourceAgain(video, mend.sourcePath, mend.ports, signal) : null
  for (const { id } of looked) {
    signal.throwIfAborted()
    record = await verifyPack(id, { record, source, spares }, ports, options, findings)
  }
  if (mend && video.state === 'ready') await mendManifest(video.id, mend, findings, signal)
  const bytes = level === 2 ? looked.reduce((sum, { byteLength }) => sum + byteLength, 0) : 0
  const { problems, repaired, unmended } = findings
  return { video, packs: looked.length, bytes, problems, repaired, unmended }
}

interface About {
  readonly record: VideoRecord
  /** Null when nothing is to be mended. */
  readonly source: SourceAgain | null
  readonly spares: ReadonlyMap<string, readonly BlobRef[]>
}

/** Looks at the pack, mends it if that is wished, and looks again. Resolves with what the catalog knows from then on. */
async function verifyPack(
  id: Pack['id'],
  { record, source, spares }: About,
  ports: VerifyPorts,
  options: VerifyOptions,
  findings: Findings,
): Promise<VideoRecord> {
  const { mend, level, signal } = options
  const pack = packIn(record, id)
  if (mend) findings.repaired.push(...(await repairFromCopies(pack, mend, options)))
  const look = (known: VideoRecord) => {
    const now = packIn(known, id)
    return damagedSlices(now, blanksOf(known, now), ports, { full: level === 2, signal })
  }
  let [known, damaged] = [record, await look(record)]
  const own = spares.get(blobNameOf(pack)) ?? []
  const isLoss = damaged.length > 0 && damaged.every((each) => each.isLoss)
  const isMendable = pack.ref !== null && isLoss
  if (
    mend &&
    source &&
    isMendable &&
    (await mendLost(pack, { record, source, spares: own, damaged }, mend, options, findings))
  ) {
    known = await ports.catalog.record(record.video.id)
    damaged = await look(known)
  }
  findings.problems.push(...damaged.map(problemOf))
  if (mend && level === 2 && damaged.length === 0) await removeSpares(packIn(known, id), own, mend, signal)
  return known
}

/** Not before every byte of the pack was found good, and not when another process made one of them the pack meanwhile. */
async function removeSpares(
  { id, ref }: Pack,
  spares: readonly BlobRef[],
  { ports, dryRun }: MendWishes,
  signal: AbortSignal,
): Promise<void> {
  const useless = spares.filter((spare) => spare !== ref)
  if (dryRun || useless.length === 0) return
  await ports.alone(async () => {
    if ((await ports.catalog.pack(id)).ref !== ref) return
    for (const spare of useless) await ports.blobs.delete(spare, signal)
  })
}

function packIn({ packs }: VideoRecord, id: Pack['id']): Pack {
  const pack = packs.find((each) => each.id === id)
  if (!pack) throw new ConflictError('The video was changed meanwhile.', { fix: 'Run it again.' })
  return pack
}

/** True when something was done. */
async function mendLost(
  pack: Pack,
  about: MendSources,
  { ports, dryRun }: MendWishes,
  { level, signal }: VerifyOptions,
  findings: Findings,
): Promise<boolean> {
  const { outcome, isAnew, words } = await mendPack(pack, about, ports, { dryRun, full: level === 2, signal })
  const said = words.map((each) => `pack ${pack.position}: ${each}`)
  if (outcome === 'lost') findings.unmended.push(...said)
  else findings.repaired.push(...said)
  findings.isAnew ||= isAnew
  return outcome === 'mended' && !dryRun
}

async function repairFromCopies(
  { ref, position }: Pack,
  {
    ports: { repairs },
    dryRun,
  }: { readonly ports: { readonly repairs: BlobRepairs | null }; readonly dryRun: boolean },
  { level, signal }: VerifyOptions,
): Promise<string[]> {
  if (!repairs || !ref) return []
  const { outcome, done } = await repairs.repair(ref, { full: level === 2, dryRun, signal })
  return outcome === 'repaired' ? done.map((each) => `pack ${position}: ${each}`) : []
}

/**
 * A pack that was written anew took the manifest along, which told of the old one; and one that is lost for good may have
 * held it.
 */
async function mendManifest(
  videoId: VideoId,
  { ports, dryRun }: MendWishes,
  { problems, repaired, isAnew }: Findings,
  signal: AbortSignal,
): Promise<void> {
  const { attachments } = await ports.catalog.record(videoId)
  const isThere = [MANIFEST_NAME, OUTLINE_NAME].every((wanted) => attachments.some(({ name }) => name === wanted))
  const wrong = problems.filter((each) => each.trackName === null && each.attachmentName === MANIFEST_NAME)
  const isWanted = !isThere || wrong.length > 0 || (dryRun && isAnew)
  if (!isWanted) return
  const renew = async () => {
    if (!dryRun) await ports.renewManifest(videoId, signal)
    return true
  }
  if (!(await ports.alone(renew))) return
  repaired.push(`its ${MANIFEST_NAME}: written anew`)
  if (!dryRun) for (const each of wrong) problems.splice(problems.indexOf(each), 1)
}

const NO_MANIFEST: VerifyProblem = {
  trackName: null,
  attachmentName: MANIFEST_NAME,
  why: 'it is missing; a rebuild would know only what the packs tell',
}

/** Every track runs from start to end without a hole, and all it names exists. */
function structureProblems({ video, tracks, segments, packs, attachments }: VideoRecord): VerifyProblem[] {
  const known = new Set(packs.map(({ id }) => id))
  const problems = segments
    .filter(({ slices }) => slices.length === 0 || slices.some(({ packId }) => !known.has(packId)))
    .map((owner) => problemOf({ owner, why: 'its bytes are in no pack that the catalog knows' }))
  const isTold = attachments.some(({ name }) => name === MANIFEST_NAME)
  if (video.state === 'ready' && !isTold) problems.push(NO_MANIFEST)
  for (const track of tracks.filter(({ kind }) => kind !== 'subtitles')) {
    const own = segments.filter(({ trackId, index }) => trackId === track.id && index !== 'init')
    own.sort((one, other) => one.startSec - other.startSec)
    for (const [number, segment] of own.entries()) {
      const next = own[number + 1]?.startSec ?? segment.startSec + segment.durationSec
      const holeSec = next - segment.startSec - segment.durationSec
      if (Math.abs(holeSec) > 0.5)
        problems.push(problemOf({ owner: segment, why: `${holeSec.toFixed(1)} s are missing after it` }))
    }
    if (own.length === 0)
      problems.push({ trackName: track.name, startSec: 0, endSec: video.durationSec ?? 0, why: 'it has no segments' })
  }
  return problems
}

function problemOf({ owner, why }: Pick<DamagedSlice, 'owner' | 'why'>): VerifyProblem {
  if (!('trackId' in owner)) return { trackName: null, attachmentName: owner.name, why }
  const trackName = owner.trackId.slice(owner.trackId.indexOf('/') + 1)
  return { trackName, startSec: owner.startSec, endSec: owner.startSec + owner.durationSec, why }
}
