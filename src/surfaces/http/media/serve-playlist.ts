import type { VideoId } from '#domain/ids.ts'
import { mediaPlaylist } from '#features/playback/media-playlist.ts'
import { multivariantPlaylist } from '#features/playback/multivariant-playlist.ts'
import { NotReadyError } from '#features/playback/not-ready-error.ts'
import type { PlayableVideo } from '#features/playback/playable-video.ts'
import type { Playback } from '#features/playback/playback.ts'
import { RequestRefusedError } from '../request-refused-error.ts'
import { PLAYLIST_TYPE, REVALIDATE, SAFE_HEADERS } from './media-headers.ts'
import { type MediaRoute, VIDEO_ID } from './media-route.ts'
import { chooseVariant, type PrebuiltText, prebuildText } from './prebuilt-text.ts'
import { sendRepresentation } from './send-representation.ts'

const HEADERS = { ...SAFE_HEADERS, 'content-type': PLAYLIST_TYPE, 'cache-control': REVALIDATE }
const FILE = /^([A-Za-z0-9_-]{1,32})\.m3u8$/
const MULTIVARIANT = ''

/** `/playlist/{local,public}/{id}.m3u8`, and below it `{id}/{track}.m3u8`. */
export function playlistRoutes(playback: Playback): readonly MediaRoute[] {
  const texts = new PlaylistTexts()
  const answer = async (id: string | undefined, trackName: string, ...[request, response]: Exchange) => {
    if (id === undefined || !VIDEO_ID.test(id)) throw noSuch()
    const video = playback.videos.peek(id as VideoId) ?? (await playback.videos.get(id as VideoId))
    const text = await texts.get(video, trackName)
    const { bytes, representation } = chooseVariant(text, request.headers['accept-encoding'] as string | undefined)
    await sendRepresentation(request, response, representation, bytes)
  }
  return [
    {
      pattern: 'GET /playlist/:reach/:name',
      serve: (request, response, [reach, name]) =>
        answer(isReach(reach) ? FILE.exec(name ?? '')?.[1] : undefined, MULTIVARIANT, request, response),
    },
    {
      pattern: 'GET /playlist/:reach/:id/:name',
      serve: (request, response, [reach, id, name]) => {
        const trackName = FILE.exec(name ?? '')?.[1]
        return answer(isReach(reach) && trackName ? id : undefined, trackName ?? '', request, response)
      },
    },
  ]
}

type Exchange = [request: Parameters<MediaRoute['serve']>[0], response: Parameters<MediaRoute['serve']>[1]]

/** The finished texts of each state of a video; they go when the state goes. */
class PlaylistTexts {
  readonly #texts = new WeakMap<PlayableVideo, Map<string, Promise<PrebuiltText>>>()

  /** Rejects with NotReadyError while the video has nothing to play. */
  get(video: PlayableVideo, trackName: string): Promise<PrebuiltText> {
    const known = this.#texts.get(video)
    const texts = known ?? new Map<string, Promise<PrebuiltText>>()
    if (!known) this.#texts.set(video, texts)
    const built = texts.get(trackName)
    if (built) return built
    const text = trackName === MULTIVARIANT ? multivariantPlaylist(video) : mediaPlaylist(video, trackName)
    if (text === null) return Promise.reject(isWaiting(video) ? notReady() : noSuch())
    const building = prebuildText(text, HEADERS, { compress: video.video.state === 'ready' })
    texts.set(trackName, building)
    return building
  }
}

function isWaiting({ tracks, ended }: PlayableVideo): boolean {
  return tracks.length === 0 && !ended
}

function isReach(reach: string | undefined): boolean {
  return reach === 'local' || reach === 'public'
}

function notReady(): NotReadyError {
  return new NotReadyError('Nothing of this video can be played yet.', {
    why: 'It waits for its turn, or its first seconds are being cut.',
    fix: 'Try again in a moment.',
  })
}

function noSuch(): RequestRefusedError {
  return new RequestRefusedError('no-such-page', 'There is no such playlist.')
}
