import type { PackEntry } from '#lib/pack-file/pack-file.ts'
import { attachmentEntryName, segmentEntryName } from './entry-names.ts'
import type { PackId } from './ids.ts'
import type { Attachment, Segment, Slice } from './video.ts'

/** The table of each pack as the catalog knows it, in the order of the bytes. */
export function packContents(entries: {
  readonly segments: readonly Segment[]
  readonly attachments: readonly Attachment[]
}): Map<PackId, PackEntry[]> {
  const contents = new Map<PackId, PackEntry[]>()
  const add = (name: string, slices: readonly Slice[], times?: Pick<Segment, 'startSec' | 'durationSec'>) => {
    for (const [part, { packId, ...where }] of slices.entries()) {
      const last = part === slices.length - 1
      const entry = { name, ...where, part, last, ...(times && timesOf(times, last)) }
      const own = contents.get(packId) ?? []
      own.push(entry)
      contents.set(packId, own)
    }
  }
  for (const segment of entries.segments) add(segmentEntryName(segment), segment.slices, segment)
  for (const { name, slices } of entries.attachments) add(attachmentEntryName(name), slices)
  for (const own of contents.values()) own.sort((one, other) => one.offset - other.offset)
  return contents
}

function timesOf({ startSec, durationSec }: Pick<Segment, 'startSec' | 'durationSec'>, last: boolean) {
  return last ? { startSec, durationSec } : { startSec }
}
