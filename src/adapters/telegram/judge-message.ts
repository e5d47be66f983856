import { type Caption, parseCaption } from './caption.ts'
import type { InFlight } from './in-flight.ts'
import type { SeenMessage } from './look-at-message.ts'
import { sentLengthOf } from './send-blob.ts'

/**
 * What a message is that no row owns. `missing`: it is not there. `foreign`: of a person, of Telegram, of another library;
 * never touched. `under-way`: somebody here waits for its answer. `unwanted`: ours, and of no use. `ours`: carries a blob;
 * `isWhole` as far as can be seen without reading it.
 */
export type Verdict =
  | { readonly kind: 'missing' | 'foreign' | 'under-way' | 'unwanted' }
  | { readonly kind: 'ours'; readonly caption: Extract<Caption, { kind: 'blob' }>; readonly isWhole: boolean }

/** Judges by the caption alone. */
export function judgeMessage(
  seen: SeenMessage | null,
  { libraryId, inFlight }: { readonly libraryId: string; readonly inFlight: Pick<InFlight, 'awaits'> },
): Verdict {
  if (!seen) return { kind: 'missing' }
  const caption = parseCaption(seen.caption)
  if (caption?.libraryId !== libraryId || caption.kind === 'gone') return { kind: 'foreign' }
  if (inFlight.awaits(caption.nonce)) return { kind: 'under-way' }
  if (caption.kind === 'probe') return { kind: 'unwanted' }
  const byteLength = seen.document?.byteLength
  const isWhole = seen.document !== null && (byteLength === null || byteLength === sentLengthOf(caption))
  return { kind: 'ours', caption, isWhole }
}
