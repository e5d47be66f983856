import type { DownloadRequest } from '#domain/download.ts'
import type { RecordingHead } from '#domain/recording.ts'
import type { Web, WebText } from '#domain/web.ts'
import type { MultivariantPlaylist } from '#lib/hls/multivariant-playlist.ts'
import { webIdentityOf } from '../find-link.ts'
import { titleOf } from '../title-of.ts'
import { chooseStream } from './choose-stream.ts'
import type { ChosenRenditions } from './choose-renditions.ts'
import { loadPlaylist, type PlaylistAccess } from './load-playlist.ts'
import { openFeeds } from './open-feeds.ts'
import { type Pace, REAL_PACE } from './pace.ts'
import type { PlannedRendition } from './planned-rendition.ts'
import { type FeedAccess, PlaylistFeed } from './playlist-feed.ts'
import { readPlaylist } from './read-playlist.ts'
import { type OpenedStream, ReadStream } from './read-stream.ts'
import { snapshotOf } from './read-snapshot.ts'
import type { StreamPlan } from './segment-wish.ts'
import { streamTitle } from './stream-title.ts'
import { uriPath } from './uri-path.ts'

interface PlanOptions {
  /** Of a download that goes on: it stays with the variant it began with. */
  readonly before?: Pick<RecordingHead, 'url' | 'live'> | null
  readonly pace?: Pace
}

/**
 * Reads what a playlist leads to and decides what of it is fetched. `playlist` was just fetched. Fetches the media
 * playlists, no segment. Rejects with PlaylistUnreadableError, ProtectedMediaError, AddressRefusedError, InvalidInputError
 * (no such format), and like `Web.text`.
 */
export async function planStream(
  playlist: WebText,
  request: DownloadRequest,
  web: Web,
  signal: AbortSignal,
  { before = null, pace = REAL_PACE }: PlanOptions = {},
): Promise<StreamPlan> {
  const access = { web, identity: webIdentityOf(request.url, request.identity), pace }
  const parsed = readPlaylist(playlist)
  const opened =
    parsed.kind === 'media'
      ? { feeds: [onlyFeed(playlist, snapshotOf(parsed, playlist), access)], renditions: [ONLY_MAIN], notes: [] }
      : await openChosen(parsed, playlist, { request, access, before, signal })
  const title = request.title ?? streamTitle(parsed) ?? titleOf({ url: playlist.url, headers: new Map() })
  return new ReadStream(request, opened, { title, wasLive: before?.live ?? false, pace })
}

const ONLY_MAIN: Omit<PlannedRendition, 'addresses'> = {
  ...{ id: 'main', kind: 'main', name: '', language: 'und' },
  ...{ isDefault: true, forced: false, hearingImpaired: false },
}

function onlyFeed({ url }: WebText, snapshot: PlaylistFeed['snapshot'], access: PlaylistAccess): PlaylistFeed {
  return PlaylistFeed.of('main', url, snapshot, { ...access, imports: new Map(), renew: async () => null })
}

async function openChosen(
  parsed: MultivariantPlaylist,
  { url }: WebText,
  plan: {
    readonly request: DownloadRequest
    readonly access: PlaylistAccess
    readonly before: PlanOptions['before']
    readonly signal: AbortSignal
  },
): Promise<OpenedStream> {
  const { request, access, signal } = plan
  const chosen = chooseStream(parsed, request.choice, plan.before ? uriPath(plan.before.url) : null)
  const [{ addresses }] = chosen.renditions
  const notes = [...chosen.notes]
  const renew: FeedAccess['renew'] = async (id, renewSignal) => {
    const again = await chooseAgain(url, request, access, uriPath(addresses[0]), renewSignal)
    return again?.renditions.find((rendition) => rendition.id === id)?.addresses ?? null
  }
  const feeds = await openFeeds(chosen.renditions, { ...access, imports: parsed.defines, renew }, notes, signal)
  return { feeds, renditions: chosen.renditions, notes }
}

/** The same choice among addresses as they are now. */
async function chooseAgain(
  url: string,
  { choice }: DownloadRequest,
  access: PlaylistAccess,
  path: string,
  signal: AbortSignal,
): Promise<ChosenRenditions | null> {
  const playlist = readPlaylist(await loadPlaylist(url, access, signal))
  return playlist.kind === 'multivariant' ? chooseStream(playlist, choice, path) : null
}
