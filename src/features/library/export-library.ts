import type { BlobStore } from '#domain/blob-store.ts'
import type { Catalog } from '#domain/catalog.ts'
import type { Sha256 } from '#domain/hashing.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Attachment, Pack, Track, Video } from '#domain/video.ts'
import { safeFileName } from '#lib/file-name/safe-file-name.ts'
import { movieNfo } from './movie-nfo.ts'
import { readStoredSlice } from './read-pack.ts'

export interface ExportPorts {
  readonly catalog: Catalog
  readonly blobs: BlobStore
  readonly sha256: Sha256
}

export interface ExportedFile {
  /** With `/`; every part is a safe name on Windows and over SMB. */
  readonly path: string
  readonly content: string | Uint8Array
}

export interface ExportOptions {
  readonly videoId?: VideoId
  /** The address that players open. */
  linkOf(id: VideoId): string
  readonly signal: AbortSignal
}

/** What media servers want to find in folders: a folder per video with .strm, .nfo, poster and subtitles, and one M3U. */
export async function exportLibrary(ports: ExportPorts, options: ExportOptions): Promise<readonly ExportedFile[]> {
  const { videos } = options.videoId
    ? { videos: [await ports.catalog.video(options.videoId)] }
    : await ports.catalog.videos({ states: ['ready'], sort: 'title', limit: Number.MAX_SAFE_INTEGER })
  const names = uniqueNames(videos)
  const folders = await Promise.all(
    videos.map((video) => exportVideo(video, names.get(video.id) ?? video.id, ports, options)),
  )
  return [...folders.flat(), { path: 'telereel.m3u', content: m3u(videos, options) }]
}

async function exportVideo(
  video: Video,
  name: string,
  { catalog, blobs, sha256 }: ExportPorts,
  { linkOf, signal }: ExportOptions,
): Promise<ExportedFile[]> {
  const { tracks, packs, attachments } = await catalog.record(video.id)
  const files: ExportedFile[] = [
    { path: `${name}/${name}.strm`, content: `${linkOf(video.id)}\n` },
    { path: `${name}/${name}.nfo`, content: movieNfo(video, tracks) },
  ]
  for (const attachment of attachments) {
    const suffix = suffixOf(attachment, tracks)
    if (!suffix) continue
    const content = await readAttachment(attachment, packs, { blobs, sha256 }, signal)
    files.push({ path: `${name}/${name}${suffix}`, content })
  }
  return files
}

/** `-poster.jpg`, `.de.forced.vtt`; null for what players have no use for. */
function suffixOf({ kind, trackName, name }: Attachment, tracks: readonly Track[]): string | null {
  if (kind === 'poster') return '-poster.jpg'
  const track = tracks.find((each) => each.name === trackName)
  if ((kind !== 'subtitle' && kind !== 'subtitle-original') || !track) return null
  const ending = name.slice(name.lastIndexOf('.'))
  if (kind === 'subtitle-original' && ending === '.vtt') return null
  const flags = [track.isDefault && 'default', track.forced && 'forced', track.hearingImpaired && 'sdh']
  return `.${[track.language, ...flags.filter(Boolean)].join('.')}${numberAmongEqual(track, tracks)}${ending}`
}

/** Two tracks may have the same language and flags; the second gets a number. */
function numberAmongEqual(track: Track, tracks: readonly Track[]): string {
  const alike = tracks.filter(({ kind, language, isDefault, forced, hearingImpaired }) => {
    const sameFlags =
      isDefault === track.isDefault && forced === track.forced && hearingImpaired === track.hearingImpaired
    return kind === 'subtitles' && language === track.language && sameFlags
  })
  const index = alike.findIndex(({ id }) => id === track.id)
  return index > 0 ? `.${index + 1}` : ''
}

async function readAttachment(
  { slices, byteLength }: Attachment,
  packs: readonly Pack[],
  ports: { readonly blobs: BlobStore; readonly sha256: Sha256 },
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(byteLength)
  let at = 0
  for (const slice of slices) {
    const ref = packs.find(({ id }) => id === slice.packId)?.ref
    if (!ref) continue
    bytes.set(await readStoredSlice(ref, slice, ports, signal), at)
    at += slice.length
  }
  return bytes
}

/** Titles as file names; equal ones (also when only the case differs) get the id behind them. */
function uniqueNames(videos: readonly Video[]): Map<VideoId, string> {
  const names = new Map<VideoId, string>()
  const taken = new Set<string>()
  for (const { id, title } of videos) {
    const wanted = safeFileName(title)
    const name = taken.has(wanted.toLowerCase()) ? `${wanted} ${id}` : wanted
    taken.add(name.toLowerCase())
    names.set(id, name)
  }
  return names
}

function m3u(videos: readonly Video[], { linkOf }: ExportOptions): string {
  const entries = videos.map(({ id, title, durationSec }) => {
    const line = title.replace(/[\r\n]+/g, ' ')
    return `#EXTINF:${Math.round(durationSec ?? -1)},${line}\n${linkOf(id)}\n`
  })
  return `#EXTM3U\n${entries.join('')}`
}
