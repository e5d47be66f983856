import type { BlobRef, BlobRepairs } from '#domain/blob-store.ts'
import type { Catalog } from '#domain/catalog.ts'
import { BlobDamagedError, BlobNotFoundError, ProductError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Pack, Segment, Slice, Track, Video } from '#domain/video.ts'
import { type OpenedPack, openStoredPack, type PackReadPorts } from './read-pack.ts'

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
  /** Mends what can be mended, before it is looked at. */
  readonly repairs?: BlobRepairs
  /** 0 to 1; decides which packs a share takes. */
  random(): number
  readonly signal: AbortSignal
}

export interface VerifiedVideo {
  readonly video: Video
  readonly packs: number
  readonly bytes: number
  readonly problems: readonly VerifyProblem[]
  /** What was found broken and mended, for people. */
  readonly repaired: readonly string[]
}

export interface VerifyProblem {
  /** `video X 00:12:04–00:12:31` is what the last two say. */
  readonly message: string
  readonly trackName: string | null
  readonly startSec: number | null
  readonly endSec: number | null
}

/** Reads back what is stored and compares it with the catalog; one result per video, as it goes. */
export async function* verifyLibrary(ports: VerifyPorts, options: VerifyOptions): AsyncIterable<VerifiedVideo> {
  const { videos } = options.videoId
    ? { videos: [await ports.catalog.video(options.videoId)] }
    : await ports.catalog.videos({ states: ['ready'], limit: Number.MAX_SAFE_INTEGER, sort: 'title' })
  for (const video of videos) yield await verifyVideo(video, ports, options)
}

async function verifyVideo(video: Video, ports: VerifyPorts, options: VerifyOptions): Promise<VerifiedVideo> {
  const { tracks, segments, packs, attachments } = await ports.catalog.record(video.id)
  const problems: VerifyProblem[] = structureProblems(video, tracks, segments, packs)
  const looked = options.level === 0 ? [] : packs.filter(() => options.random() * 100 < (options.percent ?? 100))
  const repaired: string[] = []
  let bytes = 0
  for (const pack of looked) {
    options.signal.throwIfAborted()
    repaired.push(...(await repair(pack, options)))
    const slices = [...segments, ...attachments].flatMap((owner) =>
      owner.slices.filter(({ packId }) => packId === pack.id).map((slice) => ({ owner, slice })),
    )
    const damaged = await damagedSlices(pack, slices, ports, options)
    bytes += options.level === 2 ? pack.byteLength : 0
    problems.push(...damaged.map(({ owner, why }) => problemOf(owner, why)))
  }
  return { video, packs: looked.length, bytes, problems, repaired }
}

async function repair({ ref, position }: Pack, { repairs, level, signal }: VerifyOptions): Promise<string[]> {
  if (!repairs || !ref) return []
  const { outcome, done } = await repairs.repair(ref, { full: level === 2, signal })
  return outcome === 'repaired' ? done.map((each) => `pack ${position}: ${each}`) : []
}

type Owner = Segment | { readonly name: string; readonly slices: readonly Slice[] }
interface OwnedSlice {
  readonly owner: Owner
  readonly slice: Slice
}

/** The slices of a pack that cannot be given back, each with the reason. */
async function damagedSlices(
  pack: Pack,
  slices: readonly OwnedSlice[],
  ports: VerifyPorts,
  { level, signal }: VerifyOptions,
): Promise<{ owner: Owner; why: string }[]> {
  let opened: OpenedPack | undefined
  const fault = await faultOf(async () => {
    // A store of whole blobs would read all of it to tell what lies in it. Whether it is there takes it a while too.
    const isRead = level === 2 || !ports.blobs.limits.wholeReads
    const looking = requireSize(pack, ports, signal)
    if (isRead && pack.ref) [opened] = await Promise.all([openAsKnown(pack, ports, signal), looking])
    else await looking
  })
  if (fault) return slices.map(({ owner }) => ({ owner, why: fault }))
  const damaged: { owner: Owner; why: string }[] = []
  for (const { owner, slice } of level === 2 ? slices : []) {
    const name = 'name' in owner ? owner.name : `segment ${owner.index}`
    const why = await faultOf(async () => opened?.entry({ ...slice, name }))
    if (why) damaged.push({ owner, why })
  }
  return damaged
}

async function requireSize(
  { ref, position, byteLength }: Pack,
  ports: VerifyPorts,
  signal: AbortSignal,
): Promise<void> {
  const size = ref && (await ports.blobs.size(ref, signal))
  if (!ref) throw new BlobNotFoundError(`pack ${position} was never stored`)
  if (size === null) throw new BlobNotFoundError(`pack ${position} is gone`)
  if (size !== byteLength) throw new BlobDamagedError(`pack ${position} has ${size} bytes, not ${byteLength}`)
}

/** Rejects with the reason when the pack as a whole is not the one that the catalog knows. */
async function openAsKnown(pack: Pack, ports: VerifyPorts, signal: AbortSignal): Promise<OpenedPack> {
  const { ref, position } = pack
  const opened = await openStoredPack(ref as BlobRef, ports, signal)
  if (opened.digest === pack.digest && opened.byteLength === pack.byteLength) return opened
  throw new BlobDamagedError(`pack ${position} is not the one the catalog knows`)
}

async function faultOf(read: () => Promise<unknown>): Promise<string | null> {
  try {
    await read()
    return null
  } catch (error) {
    if (error instanceof ProductError) return error.message
    throw error
  }
}

/** Every track runs from start to end without a hole, and all it names exists. */
function structureProblems(
  { durationSec }: Video,
  tracks: readonly Track[],
  segments: readonly Segment[],
  packs: readonly Pack[],
): VerifyProblem[] {
  const known = new Set(packs.map(({ id }) => id))
  const problems = segments
    .filter(({ slices }) => slices.length === 0 || slices.some(({ packId }) => !known.has(packId)))
    .map((segment) => problemOf(segment, 'its bytes are in no pack that the catalog knows'))
  for (const track of tracks.filter(({ kind }) => kind !== 'subtitles')) {
    const own = segments.filter(({ trackId, index }) => trackId === track.id && index !== 'init')
    own.sort((one, other) => one.startSec - other.startSec)
    for (const [number, segment] of own.entries()) {
      const next = own[number + 1]?.startSec ?? segment.startSec + segment.durationSec
      const holeSec = next - segment.startSec - segment.durationSec
      if (Math.abs(holeSec) > 0.5) problems.push(problemOf(segment, `${holeSec.toFixed(1)} s are missing after it`))
    }
    if (own.length === 0) {
      problems.push({
        message: `Track ${track.name} has no segments.`,
        trackName: track.name,
        startSec: 0,
        endSec: durationSec,
      })
    }
  }
  return problems
}

function problemOf(owner: Owner, why: string): VerifyProblem {
  if ('name' in owner) return { message: `${owner.name}: ${why}`, trackName: null, startSec: null, endSec: null }
  const trackName = owner.trackId.slice(owner.trackId.indexOf('/') + 1)
  const endSec = owner.startSec + owner.durationSec
  const message = `Track ${trackName}, ${clock(owner.startSec)}–${clock(endSec)}: ${why}`
  return { message, trackName, startSec: owner.startSec, endSec }
}

/** `hh:mm:ss`. */
function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}
