import type { ChannelFigures } from '#domain/channel-ledger.ts'

/** Of a full channel: time to prepare the next one, which no bot can create. */
export const NEARLY_FULL_SHARE = 0.6

export interface ChannelRoomFigures extends ChannelFigures {
  /** It takes no more blobs once this id is reached. */
  readonly rollOverAtId: number
  /** From here on a person should think of the next one. */
  readonly isNearlyFull: boolean
  readonly isFull: boolean
  /** Bytes that still fit if blobs stay as large as they were; null while there are none. */
  readonly forecastBytes: number | null
}

/** One per chat of the settings, in their order, also of empty ones. */
export function figuresOf(
  known: readonly ChannelFigures[],
  chatIds: readonly number[],
  rollOverAtId: number,
): readonly ChannelRoomFigures[] {
  return chatIds.map((chatId) => {
    const figures = known.find((each) => each.chatId === chatId) ?? { chatId, messages: 0, bytes: 0, topMessageId: 0 }
    const { bytes, topMessageId } = figures
    const left = Math.max(0, rollOverAtId - topMessageId)
    // Per id, not per message: probes, looks and deleted ones use up ids too.
    const forecastBytes = topMessageId > 0 && bytes > 0 ? Math.round((bytes / topMessageId) * left) : null
    const isNearlyFull = topMessageId >= rollOverAtId * NEARLY_FULL_SHARE
    return { ...figures, rollOverAtId, isNearlyFull, isFull: left === 0, forecastBytes }
  })
}
