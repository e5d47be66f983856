import type { LinkEntry, LinkFormat, LinkInfo } from '#domain/download.ts'
import { cleanText } from './clean-text.ts'
import { formatLabel, hasAudio, hasVideo } from './format-label.ts'
import { isFormatId } from './format-options.ts'
import { formatsOf, type PageFormat, type PageVideo, videoOf } from './page-report.ts'
import { MAX_ENTRIES } from './ytdlp-options.ts'

const MAX_TITLE_CHARACTERS = 300
const MAX_URL_CHARACTERS = 8192
const MAX_FORMATS = 200
const MAX_LANGUAGES = 100
const LANGUAGE = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}$/

/** What a page says of itself, in our terms: everything bounded, nothing believed. */
export function linkInfoOf(video: PageVideo, url: URL, notes: readonly string[]): LinkInfo {
  const formats = formatsOf(video).filter(isOffered).toReversed().slice(0, MAX_FORMATS)
  const entries = entriesOf(video)
  const isLive = video.is_live === true || video.live_status === 'is_live'
  return {
    url: url.href,
    kind: 'page',
    title: titleOf(video, url),
    durationSec: video.duration ?? null,
    isLive,
    byteLength: formats.length === 1 ? (formats[0]?.filesize ?? formats[0]?.filesize_approx ?? null) : null,
    thumbnail: thumbnailOf(video),
    uploader: shortText(video.uploader ?? video.channel),
    formats: formats.map(linkFormat),
    audioLanguages: languages(formats.flatMap(({ language }) => language ?? [])),
    subtitleLanguages: languages(Object.keys(video.subtitles ?? {})),
    entries,
    notes: [...notes, ...notesOf(video, isLive, entries.length)],
  }
}

export function titleOf(video: Pick<PageVideo, 'title'>, url: URL): string {
  return shortText(video.title) ?? url.hostname
}

function shortText(text: string | null | undefined): string | null {
  const clean = cleanText(text ?? '', MAX_TITLE_CHARACTERS)
  return clean === '' ? null : clean
}

/** Not story boards, not what is protected, nothing whose name could not be given back. */
function isOffered(format: PageFormat): boolean {
  const { protocol, has_drm, format_id } = format
  if (has_drm === true || protocol === 'mhtml' || !isFormatId(format_id)) return false
  return hasVideo(format) || hasAudio(format)
}

function linkFormat(format: PageFormat): LinkFormat {
  const { format_id, height, width, tbr, filesize, filesize_approx, vcodec, acodec } = format
  const codecs = [vcodec, acodec].flatMap((codec) => (codec && codec !== 'none' ? cleanText(codec, 40) : []))
  return {
    id: format_id,
    label: formatLabel(format),
    height: whole(height),
    width: whole(width),
    bitsPerSec: tbr ? Math.round(tbr * 1000) : null,
    byteLength: whole(filesize ?? filesize_approx),
    codecs: codecs.length === 0 ? null : codecs.join(','),
    hasVideo: hasVideo(format),
    hasAudio: hasAudio(format),
  }
}

function whole(figure: number | null | undefined): number | null {
  return figure ? Math.round(figure) : null
}

function languages(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name) => LANGUAGE.test(name)))].slice(0, MAX_LANGUAGES)
}

function entriesOf({ entries }: PageVideo): readonly LinkEntry[] {
  const found = (entries ?? []).slice(0, MAX_ENTRIES).map(videoOf)
  return found.flatMap((entry, index) => {
    const url = entry === null ? null : entryAddress(entry)
    if (entry === null || url === null) return []
    return [{ number: index + 1, title: titleOf(entry, url), url: url.href, durationSec: entry.duration ?? null }]
  })
}

/** Of an entry that was read whole (several videos on one page) the file itself: the page's own address would give all again. */
function entryAddress(entry: PageVideo): URL | null {
  const isLink = entry._type === 'url' || entry._type === 'url_transparent'
  const own = isLink ? entry.url : (formatsOf(entry).at(-1)?.url ?? entry.webpage_url)
  return webAddress(own)
}

function thumbnailOf({ thumbnail, thumbnails }: PageVideo): string | null {
  const last = thumbnails?.findLast((one) => typeof one === 'object' && one !== null && 'url' in one) as
    | { url?: unknown }
    | undefined
  return (webAddress(thumbnail) ?? webAddress(last?.url))?.href ?? null
}

function webAddress(text: unknown): URL | null {
  if (typeof text !== 'string' || text.length > MAX_URL_CHARACTERS) return null
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url : null
}

function notesOf(video: PageVideo, isLive: boolean, entries: number): string[] {
  const notes: string[] = []
  if (isLive)
    notes.push('This is live: a page can be downloaded when the broadcast is over; while it runs, give its playlist.')
  if (entries >= MAX_ENTRIES && (video.playlist_count ?? entries) > entries - 1)
    notes.push(`The list is longer: its first ${MAX_ENTRIES} entries are shown.`)
  if (video._has_drm === true) notes.push('Some formats are protected by DRM and left out.')
  return notes
}
