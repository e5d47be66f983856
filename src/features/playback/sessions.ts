import type { VideoId } from '#domain/ids.ts'
import type { TrackKind } from '#domain/video.ts'

/** One viewer of one video. */
export interface Session {
  readonly videoId: VideoId
  /** The segment that was asked for last, by kind of track: who changes the voice stops watching the old one. -1: the init segment. */
  readonly at: ReadonlyMap<TrackKind, { readonly trackName: string; readonly index: number }>
  readonly lastSeenMs: number
}

export interface Seen {
  /** Address and program: the same for all requests of one player. */
  readonly viewer: string
  readonly videoId: VideoId
  readonly kind: TrackKind
  readonly trackName: string
  readonly index: number
}

export interface SessionsOptions {
  readonly idleMs: number
  readonly nowMs: () => number
  readonly onEnd: (key: string) => void
}

/** More than any machine serves at once; the longest unseen go first. */
const MAX_SESSIONS = 20_000

/** Who watches what. A session begins with the first segment and ends when nothing was asked for during the idle time. */
export class Sessions {
  readonly #idleMs: number
  readonly #nowMs: () => number
  readonly #onEnd: (key: string) => void
  /** The longest unseen first. */
  readonly #sessions = new Map<string, { -readonly [K in keyof Session]: Session[K] }>()
  #started = 0

  constructor({ idleMs, nowMs, onEnd }: SessionsOptions) {
    this.#idleMs = idleMs
    this.#nowMs = nowMs
    this.#onEnd = onEnd
  }

  /** Those that were begun since the start. */
  get started(): number {
    return this.#started
  }

  /** Those that have not ended, whether or not `endIdle` has seen it. */
  get active(): number {
    let idle = 0
    for (const session of this.#sessions.values()) {
      if (!this.#isIdle(session)) break
      idle++
    }
    return this.#sessions.size - idle
  }

  /** Notes a request; says which session it belongs to, and whether it moved there or began one. */
  see({ viewer, videoId, kind, trackName, index }: Seen): {
    key: string
    session: Session
    isNew: boolean
    hasMoved: boolean
  } {
    const key = `${videoId} ${viewer}`
    const known = this.#sessions.get(key)
    const isNew = known === undefined || this.#isIdle(known)
    const session = isNew ? { videoId, at: new Map(), lastSeenMs: 0 } : known
    const before = session.at.get(kind)
    const hasMoved = before?.trackName !== trackName || before.index !== index
    if (hasMoved) session.at = new Map(session.at).set(kind, { trackName, index })
    session.lastSeenMs = this.#nowMs()
    this.#sessions.delete(key)
    this.#sessions.set(key, session)
    if (isNew) this.#started++
    if (this.#sessions.size > MAX_SESSIONS) this.#endOldest()
    return { key, session, isNew, hasMoved }
  }

  /** Ends those that are idle. */
  endIdle(): void {
    for (const session of this.#sessions.values()) {
      if (!this.#isIdle(session)) return
      this.#endOldest()
    }
  }

  #isIdle({ lastSeenMs }: Pick<Session, 'lastSeenMs'>): boolean {
    return this.#nowMs() - lastSeenMs > this.#idleMs
  }

  #endOldest(): void {
    const [key] = this.#sessions.keys()
    if (key === undefined) return
    this.#sessions.delete(key)
    this.#onEnd(key)
  }
}
