import type { Attachment } from '#domain/video.ts'
import { attachmentEntryName } from '#domain/entry-names.ts'
import type { PackWriter } from './pack-writer.ts'

type Facts = Omit<Attachment, 'slices' | 'byteLength'>

/** Writes a whole file into the packs of its video. */
export async function writeAttachment(facts: Facts, bytes: Uint8Array, packs: PackWriter): Promise<void> {
  await writeTogether([{ facts, bytes }], packs)
}

/** Writes files of which none is recorded without the others: whoever finds one takes all of them for there. */
export async function writeTogether(
  files: readonly { readonly facts: Facts; readonly bytes: Uint8Array }[],
  packs: PackWriter,
): Promise<void> {
  const attachments: Attachment[] = []
  for (const { facts, bytes } of files) {
    const slices = await packs.write(attachmentEntryName(facts.name), [bytes])
    attachments.push({ ...facts, slices, byteLength: bytes.byteLength })
  }
  for (const attachment of attachments) packs.endAttachment(attachmentEntryName(attachment.name), attachment)
}
