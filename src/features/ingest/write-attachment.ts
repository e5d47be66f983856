import type { Attachment } from '#domain/video.ts'
import { attachmentEntryName } from '#domain/entry-names.ts'
import type { PackWriter } from './pack-writer.ts'

/** Writes a whole file into the packs of its video. */
export async function writeAttachment(
  attachment: Omit<Attachment, 'slices' | 'byteLength'>,
  bytes: Uint8Array,
  packs: PackWriter,
): Promise<void> {
  const name = attachmentEntryName(attachment.name)
  const slices = await packs.write(name, [bytes])
  packs.endAttachment(name, { ...attachment, slices, byteLength: bytes.byteLength })
}
