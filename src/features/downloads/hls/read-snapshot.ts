import { AddressRefusedError, PlaylistUnreadableError } from '#domain/errors.ts'
import type { WebText } from '#domain/web.ts'
import type { InitSection, MediaPlaylist, MediaSegment } from '#lib/hls/media-playlist.ts'
import type { SegmentKey } from '#lib/hls/segment-key.ts'
import { initKeyWish, type UsableKey, usableKey } from './media-key.ts'
import { readMediaPlaylistText } from './read-playlist.ts'
import type { ListedInit, ListedSegment, Snapshot } from './snapshot.ts'

/** Foreign numbers that waiting and summing are built on. */
const MAX_TARGET_SEC = 60
const MAX_SEGMENT_SEC = 86_400

/**
 * Reads a media playlist and refuses what cannot be fetched before anything is: PlaylistUnreadableError,
 * ProtectedMediaError, AddressRefusedError.
 */
export function readSnapshot(text: Pick<WebText, 'text' | 'url'>, imports: ReadonlyMap<string, string>): Snapshot {
  return snapshotOf(readMediaPlaylistText(text, imports), text)
}

export function snapshotOf(playlist: MediaPlaylist, { text, url }: Pick<WebText, 'text' | 'url'>): Snapshot {
  refuseOtherLists(playlist)
  const complete = playlist.ended || playlist.type === 'vod'
  const segments = listSegments(playlist.segments)
  return {
    url,
    segments,
    complete,
    targetDurationSec: targetDuration(playlist),
    holdBackSec: playlist.serverControl?.holdBackSec ?? null,
    tailOpen: !complete && segments.length > 0 && endsInUri(text),
    notes: notesOn(playlist),
  }
}

/** Keys and init sections are shared by many segments: each is judged once. */
function listSegments(segments: readonly MediaSegment[]): readonly ListedSegment[] {
  const inits = new Map<InitSection, ListedInit>()
  let keysBefore: readonly SegmentKey[] | null = null
  let key: UsableKey | null = null
  return segments.map((segment) => {
    if (segment.keys !== keysBefore && !segment.gap) {
      keysBefore = segment.keys
      key = usableKey(segment.keys)
    }
    const unreadable = unreadableRange(segment)
    return {
      msn: segment.msn,
      dsn: segment.dsn,
      durationSec: Math.min(segment.durationSec, MAX_SEGMENT_SEC),
      url: webAddress(segment.url, segment.line, 'segment'),
      byteRange: segment.byteRange,
      init: unreadable === null && segment.map ? (inits.get(segment.map) ?? listInit(segment.map, inits)) : null,
      key: segment.gap ? null : key,
      gap: segment.gap,
      unreadable,
      dateMs: segment.programDateTime?.ms ?? null,
    }
  })
}

/** A part of a file is never taken for the whole of it. */
function unreadableRange({ badByteRangeLine, map }: MediaSegment): string | null {
  if (badByteRangeLine !== null) return `the EXT-X-BYTERANGE of line ${badByteRangeLine} cannot be read`
  const ofMap = map?.badByteRangeLine ?? null
  return ofMap === null ? null : `the BYTERANGE of its EXT-X-MAP in line ${ofMap} cannot be read`
}

function listInit(map: InitSection, inits: Map<InitSection, ListedInit>): ListedInit {
  const decryption = initKeyWish(usableKey(map.keys))
  const init = { url: webAddress(map.url, map.line, 'init section'), byteRange: map.byteRange, decryption }
  inits.set(map, init)
  return init
}

/** `Web` refuses the same; here the line can be named, and nothing has been fetched yet. */
function webAddress(url: string | null, line: number, what: string): string {
  if (url !== null && /^https?:\/\//.test(url)) return url
  if (url !== null) {
    throw new AddressRefusedError(`The playlist names a ${what} that is not on the web.`, {
      why: `Line ${line}: only http and https are fetched.`,
      fix: 'The server has to mend its playlist.',
    })
  }
  throw new PlaylistUnreadableError(`The playlist names a ${what} without a usable address.`, line, {
    why: `Line ${line} is no address.`,
    fix: 'The server has to mend its playlist.',
  })
}

function refuseOtherLists({ iFramesOnly, segments, targetDurationSec }: MediaPlaylist): void {
  if (iFramesOnly) {
    throw new PlaylistUnreadableError('The playlist holds key frames only.', null, {
      why: 'EXT-X-I-FRAMES-ONLY: it serves for looking through a film, not for watching it.',
      fix: 'Give the address of the multivariant playlist, or of a variant.',
    })
  }
  const isChannelList =
    targetDurationSec === null && segments.length > 0 && segments.every(({ durationSec }) => durationSec === 0)
  if (isChannelList) {
    throw new PlaylistUnreadableError('This is a list of channels, not a stream.', segments[0]?.line ?? null, {
      why: 'Its entries have no length: each leads to a stream of its own.',
      fix: 'Give the address of one entry.',
    })
  }
}

function targetDuration({ targetDurationSec, segments }: MediaPlaylist): number {
  const longest = segments.reduce((most, { durationSec }) => Math.max(most, durationSec), 0)
  const sec = targetDurationSec ?? Math.ceil(longest)
  return Math.min(Math.max(sec, 1), MAX_TARGET_SEC)
}

function endsInUri(text: string): boolean {
  if (/[\r\n]$/.test(text)) return false
  const last = text.slice(Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1).trim()
  return last !== '' && !last.startsWith('#')
}

function notesOn({ type, ended, segments, violations }: MediaPlaylist): string[] {
  const notes: string[] = []
  if (type === 'vod' && !ended) notes.push('The playlist has no EXT-X-ENDLIST; of type VOD it counts as complete.')
  const gaps = segments.filter(({ gap }) => gap)
  if (gaps.length > 0) {
    const lostSec = gaps.reduce((sum, { durationSec }) => sum + durationSec, 0)
    notes.push(`The playlist itself marks ${gaps.length} segments (${Math.round(lostSec)} s) as absent.`)
  }
  const error = violations.find(({ severity, rule }) => severity === 'error' && rule !== 'segment-longer-than-target')
  if (error) notes.push(`The playlist breaks rules; line ${error.line}: ${error.text}.`)
  return notes
}
