import type { Catalog } from '#domain/catalog.ts'
import type { PackId, VideoId } from '#domain/ids.ts'
import { packContents } from '#domain/pack-contents.ts'
import type { Pack, Segment } from '#domain/video.ts'
import type { PackEntry } from '#lib/pack-file/pack-file.ts'
import { OpenPack } from './open-pack.ts'
import { PackStoring } from './pack-storing.ts'
import type { PackPorts } from './pack-ports.ts'
import { packBytesAt, PackWriter } from './pack-writer.ts'

/**
 * A writer that goes on where an earlier one was stopped: packs that were complete are stored, the last is filled further.
 * What the work area has lost (a power cut) is forgotten in the catalog too, so that it is cut again. `filmBytes`: what all
 * packs together will hold, about, where that is known.
 */
export async function resumePacks(
  videoId: VideoId,
  ports: PackPorts & { readonly catalog: Catalog },
  signal: AbortSignal,
  filmBytes: number | null = null,
): Promise<PackWriter> {
  ports.blobs.prepare?.()
  await dropLostPacks(videoId, ports, signal)
  const [packs, contents] = await Promise.all([ports.catalog.packs(videoId), contentsOf(videoId, ports.catalog)])
  const storing = new PackStoring(ports, signal)
  for (const pack of packs.filter(({ state }) => state === 'stored'))
    await ports.work.removePack(videoId, pack.position)
  for (const pack of packs.filter(({ state }) => state === 'sealed')) storing.store(pack)

  const open = packs.filter(({ state }) => state === 'filling')
  let current: OpenPack | null = null
  for (const pack of open) {
    if (current) {
      const sealed = await current.seal()
      await ports.catalog.addEntries(videoId, { packs: [{ ...sealed, sealed }] })
      storing.store(sealed)
    }
    const bytes = packBytesAt(pack.position, filmBytes, ports)
    current = await OpenPack.goOn(pack, ports.work, bytes, contents.get(pack.id) ?? [])
  }
  const next = { current, position: (packs.at(-1)?.position ?? -1) + 1 }
  return new PackWriter(videoId, ports, storing, next, filmBytes)
}

/** Forgets the first pack that is not stored and whose file is not what the catalog says, and all packs after it. */
async function dropLostPacks(
  videoId: VideoId,
  { catalog, work, blobs }: PackPorts & { readonly catalog: Catalog },
  signal: AbortSignal,
): Promise<void> {
  const [packs, contents] = await Promise.all([catalog.packs(videoId), contentsOf(videoId, catalog)])
  for (const pack of packs) {
    if (await isIntact(pack, contents.get(pack.id) ?? [], work)) continue
    const lost = packs.filter(({ position }) => position >= pack.position)
    await catalog.dropPacksFrom(videoId, pack.position)
    for (const { ref } of lost) if (ref) await blobs.delete(ref, signal)
    for (const { position } of lost) await work.removePack(videoId, position)
    return
  }
}

async function isIntact(pack: Pack, entries: readonly PackEntry[], work: PackPorts['work']): Promise<boolean> {
  if (pack.state === 'stored') return true
  if (entries.length === 0) return false
  const byteLength = await work.packBytes(pack.videoId, pack.position)
  if (byteLength === null) return false
  if (pack.state === 'sealed' && byteLength !== pack.byteLength) return false
  return work.holds(pack.videoId, pack.position, entries)
}

async function contentsOf(videoId: VideoId, catalog: Catalog): Promise<Map<PackId, PackEntry[]>> {
  const [segments, attachments] = await Promise.all([allSegments(videoId, catalog), catalog.attachments(videoId)])
  return packContents({ segments, attachments })
}

async function allSegments(videoId: VideoId, catalog: Catalog): Promise<Segment[]> {
  const tracks = await catalog.tracks(videoId)
  return (await Promise.all(tracks.map(({ id }) => catalog.segments(id)))).flat()
}
