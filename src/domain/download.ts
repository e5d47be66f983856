import type { VideoId } from './ids.ts'

/** What somebody wishes to have: an address and how to treat it. Stored with the job; never shown as it is: it may hold secrets. */
export interface DownloadRequest {
  /** http or https. */
  readonly url: string
  /** Into the library, or as a file that waits in the data folder to be fetched. */
  readonly target: 'library' | 'file'
  /** Of a file: the bytes as they came, or repacked without encoding. */
  readonly container?: 'original' | 'mp4' | 'mkv'
  readonly title?: string
  readonly choice: DownloadChoice
  readonly identity: DownloadIdentity
  /** Segments that cannot be had are left out and told instead of failing the download. */
  readonly allowGaps: boolean
  readonly live: LiveWishes
  /** Ordered by a list for one of its entries: it orders no more of them itself. */
  readonly ofList?: true
}

/** Which of what is offered. */
export interface DownloadChoice {
  /** `best` plays best, not biggest: what players here can show. A number is the most lines of a picture: 1080, 720. */
  readonly quality: 'best' | 'worst' | number | 'audio-only'
  /** BCP 47, in order of liking; all when empty. */
  readonly audioLanguages: readonly string[]
  readonly subtitleLanguages: readonly string[] | 'all' | 'none'
  /** A format of a page, as `LinkInfo.formats` names it; wins over `quality`. */
  readonly formatId?: string
  /** Which entries of a page that is a list, from 1; each becomes a download of its own. */
  readonly entries?: readonly number[]
}

export interface DownloadIdentity {
  /** Referer, User-Agent, Cookie, Authorization and others. */
  readonly headers: Readonly<Record<string, string>>
  /** Where secrets among the headers may go too, besides the host of the address. */
  readonly hosts: readonly string[]
  readonly proxy?: string
  /** Name of a cookies file in the data folder, see `CookieFiles`. */
  readonly cookies?: string
}

export interface LiveWishes {
  /** From the oldest segment that the playlist still lists, or from the live edge. */
  readonly from: 'start' | 'edge'
  /** Ends a recording by itself; null: until the stream or a person ends it. */
  readonly maxDurationSec: number | null
}

export const PLAIN_CHOICE: DownloadChoice = { quality: 'best', audioLanguages: [], subtitleLanguages: 'all' }
export const NO_IDENTITY: DownloadIdentity = { headers: {}, hosts: [] }
export const FROM_START: LiveWishes = { from: 'start', maxDurationSec: null }

/** What a finished download gave. */
export interface DownloadResult {
  /** `gaps`: complete but for what `gaps` lists. */
  readonly state: 'complete' | 'gaps'
  readonly kind: LinkKind
  readonly title: string
  readonly byteLength: number
  /** Null where nothing took the time: a library video is proved segment by segment. */
  readonly sha256: string | null
  readonly videoId: VideoId | null
  /** Absolute, for target `file`. */
  readonly path: string | null
  /** Absolute, of the subtitles that lie beside `path`. */
  readonly beside?: readonly string[]
  readonly gaps: readonly DownloadGap[]
  /** For people: what was chosen, what was left out and why. */
  readonly notes: readonly string[]
  /** Downloads that a page with several entries became. */
  readonly entries: readonly { readonly url: string; readonly title: string }[]
}

export interface DownloadGap {
  /** `main`, `a0`, `s1` … */
  readonly rendition: string
  /** Media sequence number of the first one that is missing. */
  readonly msn: number
  readonly count: number
  readonly startSec: number
  readonly durationSec: number
  readonly why: string
}

/** What stands at an address. `page`: only yt-dlp knows. */
export type LinkKind = 'hls' | 'file' | 'page'

/** What is known of an address before anything is downloaded. */
export interface LinkInfo {
  readonly url: string
  readonly kind: LinkKind
  readonly title: string
  readonly durationSec: number | null
  readonly isLive: boolean
  /** Bytes of a file; an estimate elsewhere; null when nobody says. */
  readonly byteLength: number | null
  readonly thumbnail: string | null
  readonly uploader: string | null
  /** Best first. */
  readonly formats: readonly LinkFormat[]
  readonly audioLanguages: readonly string[]
  readonly subtitleLanguages: readonly string[]
  /** Of a page that is a list; empty otherwise. */
  readonly entries: readonly LinkEntry[]
  /** What will happen, and what cannot: for people. */
  readonly notes: readonly string[]
}

export interface LinkFormat {
  readonly id: string
  /** `1080p · H.264 + AAC · 4.2 Mbit/s`. */
  readonly label: string
  readonly height: number | null
  readonly width: number | null
  readonly bitsPerSec: number | null
  readonly byteLength: number | null
  readonly codecs: string | null
  readonly hasVideo: boolean
  readonly hasAudio: boolean
}

export interface LinkEntry {
  /** From 1. */
  readonly number: number
  readonly title: string
  readonly url: string
  readonly durationSec: number | null
}
