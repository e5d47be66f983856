import type { Track } from '#domain/video.ts'
import {
  formatMultivariantPlaylist,
  type RenditionToWrite,
  type VariantToWrite,
} from '#lib/hls/format-multivariant-playlist.ts'
import { type AudioGroup, audioGroups, uniqueNames } from './audio-groups.ts'
import type { PlayableTrack, PlayableVideo } from './playable-video.ts'

const SUBTITLES_GROUP = 'subs'

/** What Apple's players look for. */
const FOR_HEARING_IMPAIRED = [
  'public.accessibility.transcribes-spoken-dialog',
  'public.accessibility.describes-music-and-sound',
]

/**
 * The multivariant playlist of a video, at `/playlist/{local,public}/{id}.m3u8`. Null while nothing can be played.
 * A variant line is repeated for each audio group; CODECS and bit rates are those of the dearest combination.
 */
export function multivariantPlaylist(video: PlayableVideo): string | null {
  const pictures = video.tracks.filter(({ track }) => track.kind === 'video')
  const sounds = video.tracks.filter(({ track }) => track.kind === 'audio')
  if (pictures.length + sounds.length === 0) return null
  const all = audioGroups(sounds.map(({ track }) => track))
  // GStreamer 1.22 ends with an error where it changes between variants of different audio codecs: without a picture there
  // is one kind of variant, the one that plays everywhere.
  const groups = pictures.length > 0 ? all : all.slice(0, 1)
  const stream = { video, rates: new Map(video.tracks.map((played) => [played.track.name, ratesOf(played)])) }
  const variants = pictures.length > 0 ? pictureVariants(stream, pictures, groups) : soundVariants(stream, groups)
  const renditions = [...audioRenditions(video, groups, pictures.length > 0), ...subtitleRenditions(video)]
  return formatMultivariantPlaylist({ renditions, variants })
}

interface Rates {
  readonly bandwidth: number
  readonly averageBandwidth: number
}

interface Stream {
  readonly video: PlayableVideo
  readonly rates: ReadonlyMap<string, Rates>
}

function pictureVariants(
  stream: Stream,
  pictures: readonly PlayableTrack[],
  groups: readonly AudioGroup[],
): VariantToWrite[] {
  return pictures.flatMap(({ track }) =>
    (groups.length > 0 ? groups : [null]).map((group) => ({
      uri: trackAddress(stream.video, track),
      ...dearest(stream, [track], group),
      ...pictureAttributes(track),
      ...(group && { audioGroup: group.id }),
      ...subtitlesOf(stream.video),
    })),
  )
}

function pictureAttributes({ width, height, frameRate, videoRange }: Track): Partial<VariantToWrite> {
  return {
    ...(width !== null && height !== null && { resolution: { width, height } }),
    ...(frameRate !== null && frameRate > 0 && { frameRate }),
    ...(videoRange !== null && videoRange !== 'SDR' && { videoRange }),
  }
}

/** Without a picture the variant is the default voice itself; a group is named only when there is a choice. */
function soundVariants(stream: Stream, groups: readonly AudioGroup[]): VariantToWrite[] {
  return groups.flatMap((group) => {
    const chosen = group.members.find(({ isDefault }) => isDefault) ?? group.members[0]
    if (!chosen) return []
    return {
      uri: trackAddress(stream.video, chosen.track),
      ...dearest(stream, [], group),
      ...(group.members.length > 1 && { audioGroup: group.id }),
      ...subtitlesOf(stream.video),
    }
  })
}

/** Apple 9.13: figures of the most expensive rendition that can be chosen; CODECS of everything that can. */
function dearest({ rates }: Stream, tracks: readonly Track[], group: AudioGroup | null) {
  const members = group?.members.map(({ track }) => track) ?? []
  const sum = (rate: keyof Rates) => {
    const of = (track: Track) => rates.get(track.name)?.[rate] ?? 0
    return tracks.reduce((total, track) => total + of(track), 0) + Math.max(0, ...members.map(of))
  }
  return {
    bandwidth: sum('bandwidth'),
    averageBandwidth: sum('averageBandwidth'),
    codecs: [...new Set([...tracks, ...members].map(({ codecs }) => codecs))],
  }
}

/** The planned figures; where the container did not tell them, those of what is there. BANDWIDTH 0 breaks players. */
function ratesOf({ track, segments }: PlayableTrack): Rates {
  const rates = segments.map(({ byteLength, durationSec }) => (byteLength * 8) / Math.max(durationSec, 0.001))
  const seconds = segments.reduce((sum, { durationSec }) => sum + durationSec, 0)
  const bits = segments.reduce((sum, { byteLength }) => sum + byteLength * 8, 0)
  const averageBandwidth = track.averageBandwidth || Math.ceil(bits / Math.max(seconds, 0.001))
  return {
    bandwidth: Math.max(1, track.bandwidth || Math.ceil(Math.max(0, ...rates)), averageBandwidth),
    averageBandwidth,
  }
}

function audioRenditions(video: PlayableVideo, groups: readonly AudioGroup[], apart: boolean): RenditionToWrite[] {
  return groups
    .filter(({ members }) => apart || members.length > 1)
    .flatMap(({ id, members }) =>
      members.map(({ track, name, isDefault }) => ({
        type: 'audio' as const,
        groupId: id,
        name,
        language: track.language,
        isDefault,
        autoselect: true,
        ...(track.channels !== null && { channels: track.channels }),
        // The default voice of a film without picture is the variant itself.
        ...((apart || !isDefault) && { uri: trackAddress(video, track) }),
      })),
    )
}

function subtitleRenditions(video: PlayableVideo): RenditionToWrite[] {
  const tracks = video.subtitles.map(({ track }) => track)
  const names = uniqueNames(tracks)
  const chosen = tracks.findIndex(({ isDefault, forced }) => isDefault && !forced)
  return tracks.map((track, index) => ({
    type: 'subtitles',
    groupId: SUBTITLES_GROUP,
    name: names[index] ?? track.name,
    language: track.language,
    isDefault: index === chosen,
    autoselect: true,
    forced: track.forced,
    ...(track.hearingImpaired && { characteristics: FOR_HEARING_IMPAIRED }),
    uri: trackAddress(video, track),
  }))
}

function subtitlesOf(video: PlayableVideo): { subtitlesGroup?: string } {
  return video.subtitles.length > 0 ? { subtitlesGroup: SUBTITLES_GROUP } : {}
}

function trackAddress({ video }: PlayableVideo, { name }: Track): string {
  return `${video.id}/${name}.m3u8`
}
