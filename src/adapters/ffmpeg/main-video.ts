import type { MediaInfo, VideoStream } from '#domain/media-info.ts'

/** The film among the video streams, as the planner picks it: the one marked as default, else the first; no covers. */
export function mainVideo({ streams }: MediaInfo): VideoStream | null {
  const films = streams.filter((stream): stream is VideoStream => stream.kind === 'video' && !stream.isCover)
  return films.find((stream) => stream.isDefault) ?? films[0] ?? null
}
