import type { Track, Video } from '#domain/video.ts'
import { stripControls } from '#lib/file-name/strip-controls.ts'

/** What Kodi and Jellyfin read beside a .strm, for they cannot look into it (root element `movie`). */
export function movieNfo(video: Video, tracks: readonly Track[]): string {
  const streams = tracks.map(streamDetails).join('')
  const minutes = video.durationSec === null ? '' : element('runtime', String(Math.round(video.durationSec / 60)))
  return [
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<movie>\n',
    element('title', video.title),
    element('originaltitle', video.originalFilename),
    minutes,
    element('dateadded', video.createdAt.toISOString().slice(0, 19).replace('T', ' ')),
    `  <uniqueid type="telereel" default="true">${escapeXml(video.id)}</uniqueid>\n`,
    `  <fileinfo>\n    <streamdetails>\n${streams}    </streamdetails>\n  </fileinfo>\n</movie>\n`,
  ].join('')
}

function streamDetails(track: Track): string {
  const facts: Record<string, string | number | null> = {
    codec: track.codec,
    width: track.width,
    height: track.height,
    aspect: track.width && track.height ? (track.width / track.height).toFixed(2) : null,
    channels: track.channels,
    language: track.kind === 'video' ? null : track.language,
  }
  const name = { video: 'video', audio: 'audio', subtitles: 'subtitle' }[track.kind]
  const inner = Object.entries(facts).flatMap(([key, value]) =>
    value === null ? [] : [`<${key}>${escapeXml(String(value))}</${key}>`],
  )
  return `      <${name}>${inner.join('')}</${name}>\n`
}

function element(name: string, text: string): string {
  return `  <${name}>${escapeXml(text)}</${name}>\n`
}

/** XML 1.0 §2.2 knows no control characters, not even escaped. */
function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }
  return stripControls(text).replace(/[&<>"']/g, (letter) => entities[letter] as string)
}
