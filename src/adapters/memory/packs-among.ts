import type { PackCatalog } from '#domain/catalog.ts'
import { ConflictError } from '#domain/errors.ts'
import type { PackId } from '#domain/ids.ts'
import type { Pack, Slice } from '#domain/video.ts'
import type { ShelvedVideo, VideoShelf } from './video-shelf.ts'

type PackMethods = Pick<PackCatalog, 'packs' | 'pack' | 'addPack' | 'sealPack' | 'markStored' | 'dropPacksFrom'>

export function packsAmong(shelf: VideoShelf): PackMethods {
  return {
    async packs(id) {
      const all = [...(shelf.videos.get(id)?.packs.values() ?? [])]
      return all.sort((one, other) => one.position - other.position)
    },

    pack: async (id) => shelf.ownerOf(id).pack,

    async addPack(videoId, position) {
      const { packs } = shelf.shown(videoId)
      const standing = [...packs.values()].find((pack) => pack.position === position)
      if (standing) return standing
      const id = shelf.world.newId() as PackId
      const pack: Pack = { id, videoId, position, state: 'filling', ref: null, byteLength: 0, digest: null }
      packs.set(id, pack)
      return pack
    },

    async sealPack(id, { byteLength, digest }) {
      const { packs, pack } = shelf.ownerOf(id)
      if (pack.state !== 'stored') packs.set(id, { ...pack, state: 'sealed', byteLength, digest })
      else if (pack.byteLength !== byteLength || pack.digest !== digest)
        throw new ConflictError(`Pack ${id} is stored and cannot be sealed anew.`)
    },

    async markStored(id, ref) {
      const { packs, pack } = shelf.ownerOf(id)
      if (pack.state === 'stored' && pack.ref === ref) return
      if (pack.state !== 'sealed') throw new ConflictError(`Pack ${id} is ${pack.state}, not sealed.`)
      packs.set(id, { ...pack, state: 'stored', ref })
    },

    async dropPacksFrom(id, position) {
      const shelved = shelf.videos.get(id)
      if (!shelved) return
      for (const pack of [...shelved.packs.values()]) if (pack.position >= position) forget(pack.id, shelved)
    },
  }
}

function forget(id: PackId, { packs, tracks, attachments }: ShelvedVideo): void {
  const touches = ({ slices }: { readonly slices: readonly Slice[] }) => slices.some(({ packId }) => packId === id)
  for (const { segments } of tracks.values())
    for (const [index, segment] of segments) if (touches(segment)) segments.delete(index)
  for (const [name, attachment] of attachments) if (touches(attachment)) attachments.delete(name)
  packs.delete(id)
}
