import type { BlobRef, BlobRepairs, BlobSource, BlobStore } from '#domain/blob-store.ts'
import type { Catalog, VideoRecord } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Attachment, Pack } from '#domain/video.ts'
import { type ComposedPack, composeAnew, composeAsItWas } from './compose-pack.ts'
import type { CutAgainPorts, SourceAgain } from './cut-again.ts'
import { type GatherPorts, gatherPack } from './gather-pack.ts'
import { isDeleted } from './is-deleted.ts'
import type { DamagedSlice } from './look-at-pack.ts'
import type { PackReadPorts } from './read-pack.ts'
import { type Blank, blanksOf, TornPack } from './torn-pack.ts'

export interface MendPorts extends PackReadPorts, GatherPorts, CutAgainPorts {
  readonly catalog: Catalog
  /** Null where there is one copy of everything. */
  readonly repairs: BlobRepairs | null
  /** Writes what tells of a video anew, into one more pack: its manifest, and its outline if it has none. */
  renewManifest(videoId: VideoId, signal: AbortSignal): Promise<void>
  /** Does it while no other process works on the library; null, and not done, when one does. */
  alone<Value>(work: () => Promise<Value>): Promise<Value | null>
}

export interface MendOptions {
  /** Finds out what would be done. */
  readonly dryRun: boolean
  /** Reads copies whole when it looks at them. */
  readonly full: boolean
  readonly signal: AbortSignal
}

export interface MendedPack {
  /** `mended`, of a dry run: could be. `lost`: nothing was changed. */
  readonly outcome: 'mended' | 'lost'
  /** Another pack took its place: the manifest has to tell of it. */
  readonly isAnew: boolean
  /** What was done, or why nothing, for people. */
  readonly words: readonly string[]
}

export interface MendSources {
  readonly record: VideoRecord
  readonly source: SourceAgain
  /** Other blobs under the name of this pack. */
  readonly spares: readonly BlobRef[]
  /** What it cannot give. */
  readonly damaged: readonly Pick<DamagedSlice, 'owner'>[]
}

/**
 * Makes a pack whole that its store cannot give whole. The bytes come from wherever they are, each slice proved by the
 * catalog. If the pack can be had as it was, its blob is stored again; else another takes its place, with the same slices at
 * the same offsets, and the old one goes when the catalog knows the new one. As long as one segment or subtitle is not to be
 * had, nothing is changed. Ended by a crash, it can be called again.
 */
export async function mendPack(
  pack: Pack,
  { record, source, spares, damaged }: MendSources,
  ports: MendPorts,
  options: MendOptions,
): Promise<MendedPack> {
  const torn = new TornPack(pack, blanksOf(record, pack), ports.sha256)
  await gatherPack(torn, { source, spares }, ports, options.signal)
  const lost = isInVain(torn, damaged) ? torn.missing : torn.missing.filter(isNeeded)
  if (lost.length > 0) return unmended(lossOf(torn, lost), ...(source.why ? [source.why] : []))

  const words = torn.found.length > 0 ? [originsOf(torn)] : []
  // That took a while; nobody would ever remove what is put for a film that is no more.
  if (await isDeleted(pack.videoId, ports.catalog)) return unmended(IS_DELETED)
  const same = await composeAsItWas(torn, record, ports.sha256)
  if (same && options.dryRun) return { outcome: 'mended', isAnew: false, words }
  const done = same && (await storeAgain(pack, same, ports, options))
  if (done) return { outcome: 'mended', isAnew: false, words: [...words, ...done] }

  const anew = same ? asItWas(same) : await newPack(torn, record, source, ports)
  const put = async () => (options.dryRun ? pack.ref : await putInPlace(pack, anew, ports, options.signal))
  if ((await ports.alone(put)) === null) return unmended(SERVER_RUNS)
  return { outcome: 'mended', isAnew: !same, words: [...words, ...wordsOf(anew)] }
}

function unmended(...words: readonly string[]): MendedPack {
  return { outcome: 'lost', isAnew: false, words }
}

const IS_DELETED = 'The video was deleted meanwhile.'
const SERVER_RUNS =
  'It would have to be written anew, and another process works on this library now: stop the server, then run this again.'

/** What everything else can be made from, or be without. */
function isNeeded({ owner }: Blank): boolean {
  return 'trackId' in owner || owner.kind === 'subtitle'
}

/** All that it cannot give is missing still, and stays known: written anew it would be what it is. */
function isInVain({ missing }: TornPack, damaged: MendSources['damaged']): boolean {
  const staysKnown = (owner: Blank['owner']) => !('trackId' in owner) && owner.kind === 'subtitle-original'
  return damaged.every(({ owner }) => staysKnown(owner) && missing.some((blank) => blank.owner === owner))
}

function lossOf(torn: TornPack, lost: readonly Blank[]): string {
  const found = torn.found.length > 0 ? `${originsOf(torn)}; ` : ''
  return `${found}${lost.length} of ${torn.blanks.length} slices are to be had from nowhere, so nothing was changed`
}

function originsOf(torn: TornPack): string {
  const counts = [...torn.origins].map(([origin, count], index) => {
    return index === 0 ? `${count} ${count === 1 ? 'slice' : 'slices'} from ${origin}` : `${count} from ${origin}`
  })
  return counts.join(', ')
}

/** What was done; null when the store does not take it for the same blob. */
async function storeAgain(
  pack: Pack,
  composed: ComposedPack,
  { repairs, blobs }: MendPorts,
  { full, signal }: MendOptions,
): Promise<readonly string[] | null> {
  const local = sourceOf(pack, composed)
  if (!repairs) return (await blobs.put(local, signal)) === pack.ref ? [] : null
  if (!pack.ref) return null
  const { outcome, done } = await repairs.repair(pack.ref, { local, full, signal })
  return outcome === 'lost' ? null : done
}

function sourceOf(pack: Pack, { runs, byteLength }: ComposedPack): BlobSource {
  return {
    name: blobNameOf(pack),
    byteLength,
    async *open() {
      yield* runs
    },
  }
}

interface NewPack {
  readonly composed: ComposedPack
  readonly attachments: readonly Attachment[]
  /** Attachments that are no more. */
  readonly without: readonly Attachment[]
}

function asItWas(composed: ComposedPack): NewPack {
  return { composed, attachments: [], without: [] }
}

/**
 * What was found, and a new poster where the old one is lost. Manifest and outline are left to `renewManifest`: the
 * manifest tells the hash of this pack's table, so whatever it says now is not true any more.
 */
async function newPack(
  torn: TornPack,
  record: VideoRecord,
  source: SourceAgain,
  { blobs, sha256 }: Pick<MendPorts, 'blobs' | 'sha256'>,
): Promise<NewPack> {
  const lost = new Set(torn.missing.map(({ owner }) => owner))
  const poster = record.attachments.find((each) => each.kind === 'poster' && lost.has(each))
  const bytes = poster ? await source.poster() : null
  const files = poster && bytes ? [{ facts: poster, bytes }] : []
  const { maxBytes } = blobs.limits
  const { composed, attachments } = await composeAnew(torn, record, { files, maxBytes }, sha256)
  const isGone = (each: Attachment) =>
    each.kind === 'manifest' || (lost.has(each) && (each.kind === 'outline' || each.kind === 'poster'))
  const stays = new Set(attachments.map(({ name }) => name))
  return { composed, attachments, without: record.attachments.filter((each) => isGone(each) && !stays.has(each.name)) }
}

function wordsOf({ attachments, without }: NewPack): string[] {
  const another = attachments.map(({ name }) => `, with another ${name}`)
  const gone = without.filter(({ kind }) => kind === 'poster').map(({ name }) => `, without ${name}`)
  return [`written anew${[...another, ...gone].join('')}`]
}

/** In this order nothing is ever lost: a crash in between leaves a blob too many, never one too few. */
async function putInPlace(
  pack: Pack,
  { composed, attachments, without }: NewPack,
  { blobs, catalog }: Pick<MendPorts, 'blobs' | 'catalog'>,
  signal: AbortSignal,
): Promise<BlobRef> {
  const ref = await blobs.put(sourceOf(pack, composed), signal)
  const { byteLength, digest } = composed
  const changes = { attachments, without: without.map(({ name }) => name) }
  await catalog.replacePack(pack.id, pack, { ref, byteLength, digest }, changes)
  if (pack.ref && pack.ref !== ref) await blobs.delete(pack.ref, signal)
  return ref
}

/**
 * The blobs that lie beside those that the catalog knows, by name: what a run that a crash ended had put, or was about to
 * delete; of a catalog that is older than the store perhaps the only good ones.
 */
export async function spareBlobs(
  { blobs, catalog }: { readonly blobs: BlobStore; readonly catalog: Pick<Catalog, 'packs'> },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly BlobRef[]>> {
  const known = new Map<string, readonly Pack[]>()
  const spares = new Map<string, BlobRef[]>()
  for await (const { ref, name } of blobs.list(signal)) {
    const [videoId, position] = name.split('/') as [VideoId, string]
    const packs = known.get(videoId) ?? (await catalog.packs(videoId))
    known.set(videoId, packs)
    const standing = packs.find((pack) => pack.position === Number(position))
    if (standing?.state === 'stored' && standing.ref !== ref) spares.set(name, [...(spares.get(name) ?? []), ref])
  }
  return spares
}

/** As a store is told of it. */
export function blobNameOf({ videoId, position }: Pack): string {
  return `${videoId}/${position}`
}
