import type { Track, TrackKind } from './video.ts'

const RANK: Readonly<Record<TrackKind, number>> = { video: 0, audio: 1, subtitles: 2 }

/** Orders tracks as people count them: video, audio, subtitles, each by the number in its name. For `sort`. */
export function compareTracks(one: Pick<Track, 'kind' | 'name'>, other: Pick<Track, 'kind' | 'name'>): number {
  return RANK[one.kind] - RANK[other.kind] || numberIn(one.name) - numberIn(other.name)
}

function numberIn(name: string): number {
  return Number.parseInt(name.slice(1), 10) || 0
}
