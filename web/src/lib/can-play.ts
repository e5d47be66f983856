import type { TrackInfo } from '../../../src/surfaces/http/contract/video.ts'
import { codecName } from './format.ts'

/** Asks this browser, at run time, never a table: what it was built with differs from machine to machine. */
export function canPlay({ kind, codecs }: Pick<TrackInfo, 'kind' | 'codecs'>): boolean {
  if (kind === 'subtitles' || codecs === '') return true
  const type = `${kind}/mp4; codecs="${codecs}"`
  if (typeof MediaSource !== 'undefined') return MediaSource.isTypeSupported(type)
  return document.createElement('video').canPlayType(type) !== ''
}

/** What of these this browser cannot play, by name. */
export function unplayable(tracks: readonly TrackInfo[]): string[] {
  return [...new Set(tracks.filter((track) => !canPlay(track)).map(({ codec }) => codecName(codec)))]
}
