import type { PackCatalog } from '#domain/catalog.ts'
import { compareText, type VideoShelf } from './video-shelf.ts'

export function attachmentsAmong(shelf: VideoShelf): Pick<PackCatalog, 'attachments' | 'removeAttachment'> {
  return {
    async attachments(id) {
      const all = [...(shelf.videos.get(id)?.attachments.values() ?? [])]
      return all.sort((one, other) => compareText(one.name, other.name))
    },

    async removeAttachment(id, name) {
      shelf.videos.get(id)?.attachments.delete(name)
    },
  }
}
