import type { GroupOfPictures } from '#domain/media-index.ts'

/** One line of the packet scan. Times are seconds of container time, NaN where the container has none. */
export interface ScannedPacket {
  readonly ptsSec: number
  readonly dtsSec: number
  readonly durationSec: number
  readonly byteLength: number
  readonly isKey: boolean
}

export interface GroupedPackets {
  readonly gops: readonly GroupOfPictures[]
  readonly startSec: number
  readonly endSec: number
}

/** A place where the clock of a stream begins anew: one recording ends, another follows. */
export interface ClockJump {
  readonly fromSec: number
  readonly toSec: number
}

/** Key frames come in the order in which they are shown; the rest is rounding. */
const BACK_SEC = 1
/** A gap of a lost signal is shorter. */
const AHEAD_SEC = 600

/**
 * Groups packets of one stream, in decode order, by key frames; holds one group at a time. Packets before the first key
 * frame cannot be decoded and count for nothing. Without any key frame everything is one group.
 * Null when there are no packets.
 */
export class PacketGrouper {
  readonly #gops: GroupOfPictures[] = []
  #open: { startSec: number; byteLength: number; closed: boolean } | null = null
  #firstSec = Number.NaN
  #endSec = Number.NEGATIVE_INFINITY
  #skippedBytes = 0
  /** The first one. */
  jump: ClockJump | null = null

  add(packet: ScannedPacket): void {
    const atSec = Number.isNaN(packet.ptsSec) ? packet.dtsSec : packet.ptsSec
    if (!Number.isNaN(atSec)) this.#place(packet, atSec)
    this.#grow(packet)
  }

  #place({ durationSec, isKey }: ScannedPacket, atSec: number): void {
    if (Number.isNaN(this.#firstSec)) this.#firstSec = atSec
    const isBack = isKey && this.#open !== null && atSec < this.#open.startSec - BACK_SEC
    if (isBack || atSec > this.#endSec + AHEAD_SEC) this.#noteJump(atSec)
    this.#endSec = Math.max(this.#endSec, atSec + (durationSec > 0 ? durationSec : 0))
    if (isKey) this.#begin(atSec)
    // A picture that is decoded after the key frame and shown before it needs the group before: an open GOP.
    else if (this.#open !== null && atSec < this.#open.startSec) this.#open.closed = false
  }

  #noteJump(toSec: number): void {
    if (Number.isFinite(this.#endSec)) this.jump ??= { fromSec: this.#endSec, toSec }
  }

  #begin(startSec: number): void {
    if (this.#open !== null) this.#gops.push(this.#open)
    this.#open = { startSec, byteLength: 0, closed: true }
  }

  #grow({ byteLength }: ScannedPacket): void {
    if (this.#open === null) this.#skippedBytes += byteLength
    else this.#open.byteLength += byteLength
  }

  finish(): GroupedPackets | null {
    if (Number.isNaN(this.#firstSec)) return null
    this.#open ??= { startSec: this.#firstSec, byteLength: this.#skippedBytes, closed: true }
    const gops = [...this.#gops, this.#open]
    return { gops, startSec: gops[0]?.startSec ?? this.#firstSec, endSec: this.#endSec }
  }
}
