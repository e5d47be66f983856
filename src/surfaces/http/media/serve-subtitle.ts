import { TrackNotFoundError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Attachment, Track } from '#domain/video.ts'
import type { PlayableVideo } from '#features/playback/playable-video.ts'
import type { Playback } from '#features/playback/playback.ts'
import { contentDisposition } from '#lib/file-name/content-disposition.ts'
import type { SubtitleList } from '../contract/video.ts'
import { formatOf, presentSubtitles } from '../present/present-subtitles.ts'
import { REVALIDATE, SAFE_HEADERS, WEBVTT_TYPE } from './media-headers.ts'
import { type MediaRoute, VIDEO_ID } from './media-route.ts'
import { prebuildText } from './prebuilt-text.ts'
import { sendAttachment } from './send-attachment.ts'
import { sendRepresentation } from './send-representation.ts'

/** A language (`de`, `pt-BR`) or the name of a track (`s0`), and a format. */
const NAME = /^([A-Za-z0-9-]{1,40})\.(vtt|srt|ass|ssa|sup|mks)$/

/** `/subtitle/{id}/{language or track}.{format}` and `/subtitles/{id}`. */
export function subtitleRoutes(playback: Playback): readonly MediaRoute[] {
  return [
    {
      pattern: 'GET /subtitle/:id/:name',
      async serve(request, response, [id = '', name = '']) {
        const [, wanted, format] = NAME.exec(name) ?? []
        if (!VIDEO_ID.test(id) || wanted === undefined || format === undefined) throw noSuch()
        const video = await playback.videos.get(id as VideoId)
        const found = findFile(video, wanted, format)
        if (!found) throw noSuch()
        const headers = headersOf(video, found, format)
        if (found.madeFromCues) {
          const text = await playback.subtitles.asSubRip(found.attachment)
          const { identity } = await prebuildText(text, headers, { compress: false })
          return await sendRepresentation(request, response, identity.representation, identity.bytes)
        }
        await sendAttachment(request, response, found.attachment, headers, playback)
      },
    },
    {
      pattern: 'GET /subtitles/:id',
      async serve(request, response, [id = '']) {
        if (!VIDEO_ID.test(id)) throw noSuch()
        const { subtitleTracks, attachments } = await playback.videos.get(id as VideoId)
        const list: SubtitleList = { subtitles: presentSubtitles(id, subtitleTracks, attachments) }
        const headers = {
          ...SAFE_HEADERS,
          'content-type': 'application/json; charset=utf-8',
          'cache-control': REVALIDATE,
        }
        const { identity } = await prebuildText(JSON.stringify(list), headers, { compress: false })
        await sendRepresentation(request, response, identity.representation, identity.bytes)
      },
    },
  ]
}

interface FoundFile {
  readonly track: Track
  readonly attachment: Attachment
  /** SubRip made of the WebVTT, because the original is something else. */
  readonly madeFromCues: boolean
}

/** By track name, else the best track of the language that has the format: whole before forced, default first. */
function findFile(video: PlayableVideo, wanted: string, format: string): FoundFile | null {
  const byName = video.subtitleTracks.filter(({ name }) => name === wanted)
  const byLanguage = video.subtitleTracks.filter(({ language }) => language.toLowerCase() === wanted.toLowerCase())
  const rank = ({ forced, hearingImpaired, isDefault }: Track) =>
    Number(forced) * 4 + Number(hearingImpaired) * 2 + Number(!isDefault)
  const tracks = byName.length > 0 ? byName : byLanguage.sort((one, other) => rank(one) - rank(other))
  for (const track of tracks) {
    const file = fileOf(video, track, format)
    if (file) return file
  }
  return null
}

function fileOf({ attachments }: PlayableVideo, track: Track, format: string): FoundFile | null {
  const own = attachments.filter(({ trackName }) => trackName === track.name)
  const original = own.find((each) => each.kind === 'subtitle-original' && formatOf(each) === format)
  if (original) return { track, attachment: original, madeFromCues: false }
  const cues = own.find(({ kind }) => kind === 'subtitle')
  if (!cues || (format !== 'vtt' && format !== 'srt')) return null
  return { track, attachment: cues, madeFromCues: format === 'srt' }
}

/** WebVTT may be shown by a page; everything else is a file to keep, and nothing in it may run. */
function headersOf({ video }: PlayableVideo, { track, attachment, madeFromCues }: FoundFile, format: string) {
  const fileName = `${video.title}.${track.language}.${format}`
  const isText = format === 'vtt'
  return {
    ...SAFE_HEADERS,
    'content-type': isText ? WEBVTT_TYPE : typeOf(madeFromCues ? 'application/x-subrip' : attachment.mediaType),
    'content-disposition': contentDisposition(isText ? 'inline' : 'attachment', fileName),
    'content-security-policy': 'sandbox',
    'cache-control': REVALIDATE,
  }
}

function typeOf(mediaType: string): string {
  return mediaType === 'application/x-subrip' || mediaType === 'text/x-ssa' ? `${mediaType}; charset=utf-8` : mediaType
}

function noSuch(): TrackNotFoundError {
  return new TrackNotFoundError('There is no such subtitle.')
}
