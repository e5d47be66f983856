import type { PlannedRendition } from './planned-rendition.ts'
import { loadFirstPlaylist, loadPlaylist, type PlaylistAccess } from './load-playlist.ts'
import { readSnapshot } from './read-snapshot.ts'
import { isAddressGone, tryEach } from './retry-wait.ts'
import { segmentOf, type ListedSegment, type Snapshot } from './snapshot.ts'
import { uriPath } from './uri-path.ts'

export interface FeedAccess extends PlaylistAccess {
  /** Variables of the multivariant playlist. */
  readonly imports: ReadonlyMap<string, string>
  /** Addresses of a rendition as the multivariant playlist gives them now; null when there is nobody to ask. */
  renew(renditionId: string, signal: AbortSignal): Promise<PlannedRendition['addresses'] | null>
}

/** Many segments expire at the same moment: one look at the playlist serves them all. */
const REFRESH_PAUSE_MS = 1000
const RENEW_PAUSE_MS = 30_000

/** The media playlist of one rendition, as it was loaded last, and how to load it again. */
export class PlaylistFeed {
  readonly id: string
  readonly #access: FeedAccess
  #addresses: PlannedRendition['addresses']
  /** Which of the addresses is asked. */
  #at = 0
  #faults = 0
  #renewedMs = Number.NEGATIVE_INFINITY
  #reloading: Promise<Snapshot> | null = null
  snapshot: Snapshot
  /** When the last good load began. */
  loadedMs: number

  private constructor(id: string, addresses: PlannedRendition['addresses'], access: FeedAccess, first: FirstLoad) {
    this.id = id
    this.#addresses = addresses
    this.#access = access
    this.#at = first.at
    this.snapshot = first.snapshot
    this.loadedMs = first.loadedMs
  }

  /** Loads from the first address that answers well. Rejects with what was wrong with the first one. */
  static async open(
    { id, addresses }: PlannedRendition,
    access: FeedAccess,
    signal: AbortSignal,
  ): Promise<PlaylistFeed> {
    const first = await tryEach([...addresses.keys()], (at) => firstLoad(addresses[at] as string, at, access, signal), {
      pace: access.pace,
      signal,
    })
    return new PlaylistFeed(id, addresses, access, first)
  }

  /** Of a playlist that is in hand already. */
  static of(id: string, url: string, snapshot: Snapshot, access: FeedAccess): PlaylistFeed {
    return new PlaylistFeed(id, [url], access, { at: 0, snapshot, loadedMs: access.pace.now() })
  }

  /**
   * One more load. After a failure the next call asks elsewhere: the next address after two in a row, all addresses anew
   * when the server says that this one is gone. Rejects like `Web.text` and `readSnapshot`.
   */
  async reload(signal: AbortSignal): Promise<Snapshot> {
    const loadedMs = this.#access.pace.now()
    try {
      const text = await loadPlaylist(this.#addresses[this.#at] as string, this.#access, signal)
      this.snapshot = readSnapshot(text, this.#access.imports)
      this.loadedMs = loadedMs
      this.#faults = 0
      return this.snapshot
    } catch (error) {
      if (!signal.aborted) await this.#lookElsewhere(error, signal)
      throw error
    }
  }

  /** For a segment whose address expired: as listed now, null when it is not listed. `url` is the address that failed. */
  async find(
    { msn, path, url }: { msn: number; path: string; url: string },
    signal: AbortSignal,
  ): Promise<ListedSegment | null> {
    const listed = this.#listed(msn, path)
    if (listed && listed.url !== url) return listed
    if (this.#access.pace.now() - this.loadedMs >= REFRESH_PAUSE_MS) await this.#reloadOnce(signal)
    return this.#listed(msn, path)
  }

  #listed(msn: number, path: string): ListedSegment | null {
    const listed = segmentOf(this.snapshot, msn)
    return listed && uriPath(listed.url) === path ? listed : null
  }

  async #reloadOnce(signal: AbortSignal): Promise<void> {
    this.#reloading ??= tryEach([0, 1], () => this.reload(signal), { pace: this.#access.pace, signal }).finally(() => {
      this.#reloading = null
    })
    await this.#reloading
  }

  async #lookElsewhere(error: unknown, signal: AbortSignal): Promise<void> {
    this.#faults++
    const isGone = isAddressGone(error)
    if (isGone || this.#faults >= 2) {
      this.#at = (this.#at + 1) % this.#addresses.length
      this.#faults = 0
    }
    const now = this.#access.pace.now()
    if (!isGone || now - this.#renewedMs < RENEW_PAUSE_MS) return
    this.#renewedMs = now
    const renewed = await this.#access.renew(this.id, signal).catch(() => null)
    if (!renewed) return
    this.#addresses = renewed
    this.#at = 0
  }
}

interface FirstLoad {
  readonly at: number
  readonly snapshot: Snapshot
  readonly loadedMs: number
}

async function firstLoad(url: string, at: number, access: FeedAccess, signal: AbortSignal): Promise<FirstLoad> {
  const loadedMs = access.pace.now()
  const text = await loadFirstPlaylist(url, access, signal)
  return { at, snapshot: readSnapshot(text, access.imports), loadedMs }
}
