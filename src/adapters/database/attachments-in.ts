import type { PackCatalog } from '#domain/catalog.ts'
import type { CatalogContext } from './catalog-context.ts'
import { byBytes } from './dialect.ts'
import { attachmentOf } from './entry-row.ts'

type AttachmentMethods = Pick<PackCatalog, 'attachments' | 'removeAttachment'>

export function attachmentsIn({ db, dialect }: CatalogContext): AttachmentMethods {
  return {
    async attachments(id) {
      const all = db.selectFrom('attachments').selectAll().where('video_id', '=', id)
      return (await all.orderBy(byBytes('name', dialect)).execute()).map(attachmentOf)
    },

    async removeAttachment(id, name) {
      await db.deleteFrom('attachments').where('video_id', '=', id).where('name', '=', name).execute()
    },
  }
}
