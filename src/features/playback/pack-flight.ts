import type { ReadOptions } from '#domain/blob-store.ts'
import { BlobDamagedError } from '#domain/errors.ts'
import type { Pack, Slice } from '#domain/video.ts'
import type { Carrier, RunningSha256, SliceFill } from './slice-fill.ts'

/** What a flight asks of who started it. */
export interface FlightWays {
  /** Waits for the memory that the pack takes; resolves with the function that gives it back. */
  takeMemory(bytes: number, signal: AbortSignal): Promise<() => void>
  /** All slices of the pack that are worth having, in any order. */
  layout(): Promise<readonly Slice[]>
  /** Whether the slice is in the cache already. */
  isHeld(slice: Slice): boolean
  /** What waits for this slice, or something new to put it into. Null when it is held, or brought by somebody else. */
  fillFor(slice: Slice): SliceFill | null
  open(options: ReadOptions): Promise<AsyncIterable<Uint8Array>>
  newSha256(): RunningSha256
  /** Bytes were wrong; `final` when there is no further try. */
  tellDamage(slice: Slice | null, error: BlobDamagedError, final: boolean): void
}

/** Tries of one slice, and of one flight when several slices are damaged. */
const MAX_TRIES_PER_SLICE = 2
const MAX_TRIES = 4
/** When nobody is left, a flight with no more than this share of its pack before it goes on to the end. */
const WORTH_ENDING_SHARE = 0.5
/** A tail that nobody wants is read all the same when it is so short: the connection can then be used again. */
const SHORT_TAIL_BYTES = 1024 * 1024

/**
 * One read of a whole pack, for a store that can only give whole blobs: all slices that lie in it are filled as their
 * bytes come by, those that somebody waits for and those that will be wanted next.
 *
 * When the last reader has gone without what it asked for, it stops, unless at least half of the pack has come: less than
 * half a pack is wasted then. When a reader got what it asked for, the flight goes on: the rest is what a player asks
 * for next.
 */
export class PackFlight implements Carrier {
  readonly #pack: Pack
  readonly #ways: FlightWays
  readonly #abort = new AbortController()
  readonly #fills = new Map<number, SliceFill>()
  /** By offset, without overlaps; null until it is known. */
  #slices: Slice[] | null = null
  /** The slice that comes by now, or will next. */
  #next = 0
  /** What #next is put into; null when nobody wants it. */
  #current: SliceFill | null = null
  #isInside = false
  /** The slice at which the last try ended. */
  #brokeAt = -1
  /** The byte of the pack that comes next. */
  #at = 0
  #hadContentReader = false
  /** Nothing is read any more. */
  #isClosed = false
  #ended = false
  #giver: string | null = null

  constructor(pack: Pack, ways: FlightWays) {
    this.#pack = pack
    this.#ways = ways
  }

  /** Takes a fill along; false when its bytes have gone by already, or do not come by. */
  carry(fill: SliceFill): boolean {
    if (this.#isClosed || this.#ended || !this.#comesBy(fill.slice)) return false
    this.#fills.set(fill.slice.offset, fill)
    fill.carriedBy(this)
    return true
  }

  /** What is not on the list yet gets its place there, when its first byte is still to come. */
  #comesBy(slice: Slice): boolean {
    if (!this.#slices) return true
    const isListed = this.#slices.some(({ offset, length }) => offset === slice.offset && length === slice.length)
    const place = isListed
      ? this.#slices.findIndex(({ offset }) => offset === slice.offset)
      : gapFor(slice, this.#slices)
    const isAhead = place > this.#next || (place === this.#next && !this.#isInside)
    if (!isAhead || slice.offset < this.#at) return false
    if (!isListed) this.#slices.splice(place, 0, slice)
    return true
  }

  left(content: boolean): void {
    this.#hadContentReader ||= content
    if (this.#ended || this.#hadContentReader) return
    if ([...this.#fills.values()].some(({ readers }) => readers > 0)) return
    const isStarted = this.#at > 0
    if (isStarted && this.#leftBytes <= this.#pack.byteLength * WORTH_ENDING_SHARE) return
    this.#abort.abort()
    // At once: who comes now must not join what is about to end.
    this.#end(this.#abort.signal.reason)
  }

  get #leftBytes(): number {
    return this.#pack.byteLength - this.#at
  }

  /** Never rejects: who waits for a slice gets the error. */
  async run(): Promise<void> {
    let giveBack: (() => void) | undefined
    try {
      giveBack = await this.#ways.takeMemory(this.#pack.byteLength, this.#abort.signal)
      this.#slices = this.#inOrder(await this.#ways.layout())
      await this.#bringAll()
      this.#end(new BlobDamagedError('The pack ended before these bytes.'))
    } catch (error) {
      this.#end(error)
    } finally {
      giveBack?.()
    }
  }

  /** Those that somebody waits for belong to it in any case. */
  #inOrder(layout: readonly Slice[]): Slice[] {
    const byOffset = new Map([...layout].map((slice) => [slice.offset, slice]))
    for (const { slice } of this.#fills.values()) byOffset.set(slice.offset, slice)
    const ordered = [...byOffset.values()].sort((one, other) => one.offset - other.offset)
    let end = 0
    return ordered.filter(({ offset, length }) => {
      if (length === 0 || offset < end) return false
      end = offset + length
      return true
    })
  }

  async #bringAll(): Promise<void> {
    const slices = this.#slices ?? []
    while (this.#isUnwanted(slices[this.#next])) this.#next++
    for (let attempt = 0; slices[this.#next] && !this.#ended; attempt++) {
      try {
        await this.#pass(attempt, slices)
      } catch (error) {
        this.#startOver(error, attempt)
      }
    }
    this.#isClosed = true
  }

  #isUnwanted(slice: Slice | undefined): boolean {
    return slice !== undefined && !this.#fills.has(slice.offset) && this.#ways.isHeld(slice)
  }

  /** Reads from the first slice that is not proved. The whole blob is asked for without a range. */
  async #pass(attempt: number, slices: readonly Slice[]): Promise<void> {
    const { signal } = this.#abort
    const first = this.#next === 0 ? 0 : (slices[this.#next]?.offset ?? 0)
    const range = first > 0 && { range: { first, last: this.#pack.byteLength - 1 } }
    const onGiver = (giver: string) => this.#givenBy(giver)
    this.#at = first
    for await (const chunk of await this.#ways.open({ signal, attempt, onGiver, ...range })) {
      if (this.#ended) return
      this.#take(chunk, attempt)
      this.#at += chunk.byteLength
      if (!slices[this.#next] && this.#leftBytes > SHORT_TAIL_BYTES) return
    }
    const missing = slices[this.#next]
    if (missing) throw new BlobDamagedError(`The pack ended at byte ${this.#at}; more lies at ${missing.offset}.`)
  }

  #take(chunk: Uint8Array, attempt: number): void {
    for (let from = 0; from < chunk.byteLength; ) {
      const slice = this.#slices?.[this.#next]
      if (!slice) return
      const here = this.#at + from
      if (here < slice.offset) {
        from += slice.offset - here
        continue
      }
      if (here === slice.offset) this.#enter(slice)
      const to = Math.min(chunk.byteLength, from + slice.offset + slice.length - here)
      this.#current?.add(chunk.subarray(from, to))
      from = to
      if (this.#at + to === slice.offset + slice.length) this.#leave(attempt)
    }
  }

  #enter(slice: Slice): void {
    this.#isInside = true
    const fill = this.#fills.get(slice.offset) ?? this.#ways.fillFor(slice)
    this.#current = fill?.isOpen ? fill : null
    if (!fill?.isOpen) return
    this.#fills.set(slice.offset, fill)
    fill.carriedBy(this)
    fill.giver = this.#giver
    if (fill.origin === null) fill.begin('store', this.#ways.newSha256(), { willBeKept: true })
  }

  /** A slice that is damaged wherever it is read does not keep the others from coming. */
  #leave(attempt: number): void {
    const fill = this.#current
    try {
      fill?.finish()
    } catch (error) {
      const isLast = (fill?.damages ?? 0) >= MAX_TRIES_PER_SLICE || attempt + 1 >= MAX_TRIES
      if (!fill || !isLast || !(error instanceof BlobDamagedError)) throw error
      this.#ways.tellDamage(fill.slice, error, true)
      fill.fail(error)
    }
    this.#next++
    this.#current = null
    this.#isInside = false
  }

  /** Throws what cannot be mended. What came of the slice in which it broke off is not to be trusted. */
  #startOver(error: unknown, attempt: number): void {
    if (!(error instanceof BlobDamagedError) || this.#ended) throw error
    const slice = this.#slices?.[this.#next]
    const isFinal = !slice || this.#brokeAt === this.#next || attempt + 1 >= MAX_TRIES
    this.#ways.tellDamage(slice ?? null, error, isFinal)
    if (isFinal) throw error
    this.#brokeAt = this.#next
    if (this.#current?.isOpen) this.#current.restart(this.#ways.newSha256())
    this.#current = null
    this.#isInside = false
  }

  #givenBy(giver: string): void {
    this.#giver = giver
    if (this.#current) this.#current.giver = giver
  }

  #end(error: unknown): void {
    if (this.#ended) return
    this.#ended = true
    for (const fill of this.#fills.values()) fill.fail(error)
  }
}

/** Where the slice stands in a list by offset; -1 when it overlaps another, or is empty. */
function gapFor({ offset, length }: Slice, slices: readonly Slice[]): number {
  const after = slices.findIndex((each) => each.offset >= offset)
  const place = after < 0 ? slices.length : after
  const before = slices[place - 1]
  const isFree = length > 0 && (!before || before.offset + before.length <= offset)
  return isFree && offset + length <= (slices[place]?.offset ?? Number.POSITIVE_INFINITY) ? place : -1
}
