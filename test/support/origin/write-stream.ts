import { type Resource, resource } from './answer.ts'
import { encryptSegment, ivOfMsn } from './encrypt.ts'
import type { Origin } from './start-origin.ts'
import { type RenditionTruth, TruthKeeper } from './truth.ts'

export interface StreamKey {
  /** Of the key file in the folder of the stream. */
  readonly name: string
  /** 16 bytes; the file may hold something else. */
  readonly bytes: Buffer
  /** Null: the media sequence number counts. */
  readonly iv: Buffer | null
}

export interface StreamInit {
  readonly name: string
  readonly bytes: Buffer
  /** Needs an explicit IV. */
  readonly key?: StreamKey
}

export interface StreamPiece {
  readonly bytes: Buffer
  readonly durationSec: number
  readonly init?: StreamInit | null
  readonly key?: StreamKey | null
  readonly discontinuity?: boolean
  /** EXT-X-GAP: not to be fetched; nothing lies there. */
  readonly gap?: boolean
  /** Listed, but a 404. */
  readonly missing?: boolean
}

export interface StreamOptions {
  /** Begins and ends with `/`. */
  readonly folder: string
  readonly mediaSequence?: number
  readonly discontinuitySequence?: number
  readonly type?: 'VOD' | 'EVENT' | null
  readonly endlist?: boolean
  /** Lines after the header. */
  readonly head?: readonly string[]
  /** What stands on the URI line for a file of this name. */
  readonly uri?: (name: string) => string
  /** Begins with a dot. */
  readonly extension?: string
  /** How a segment is put into its file: compressed, with headers … */
  readonly wrap?: (bytes: Buffer) => Resource
  readonly keyUri?: (name: string) => string
}

/** The text of a playlist and what a right download of it is. */
export interface WrittenStream {
  readonly text: string
  /** Lines of each segment, URI included: what a live window slides over. */
  readonly lines: readonly (readonly string[])[]
  readonly truth: RenditionTruth
}

/** Puts segments, keys and init sections of a stream there; the playlist itself is left to the caller. */
export function writeStream(origin: Origin, pieces: readonly StreamPiece[], options: StreamOptions): WrittenStream {
  const { folder, mediaSequence = 0, extension = '.ts', uri = (name) => name } = options
  const keeper = new TruthKeeper()
  const lines: string[][] = []
  let before: StreamPiece | null = null
  for (const [index, piece] of pieces.entries()) {
    const msn = mediaSequence + index
    const name = `segment-${msn}${extension}`
    putKeyAndInit(origin, piece, folder)
    const gap = piece.gap ? ['#EXT-X-GAP'] : []
    lines.push([...changes(before, piece, options), ...gap, `#EXTINF:${piece.durationSec.toFixed(6)},`, uri(name)])
    if (piece.gap || piece.missing) keeper.gap(msn, piece.durationSec)
    else {
      putSegment(origin, `${folder}${name}`, piece, msn, options)
      keeper.add(piece.bytes, piece.durationSec, piece.init?.bytes ?? null)
    }
    before = piece
  }
  return { text: playlistText(lines, targetDurationSec(pieces), options), lines, truth: keeper.truth }
}

/** Tags that say what is other than in the segment before. */
function changes(before: StreamPiece | null, piece: StreamPiece, options: StreamOptions): string[] {
  const lines = piece.discontinuity ? ['#EXT-X-DISCONTINUITY'] : []
  const keys = { before: before?.key ?? null, now: piece.key ?? null }
  const init = piece.init ?? null
  if (init !== null && init !== before?.init) return [...lines, ...initLines(init, keys, options)]
  return keys.now === keys.before ? lines : [...lines, keyLine(keys.now, options)]
}

function putKeyAndInit(origin: Origin, { init, key }: StreamPiece, folder: string): void {
  if (init) putInit(origin, init, folder)
  if (key) origin.put(`${folder}${key.name}`, resource(key.bytes, 'application/octet-stream'))
}

function putSegment(origin: Origin, path: string, { bytes, key }: StreamPiece, msn: number, options: StreamOptions) {
  const type = options.extension === '.m4s' ? 'video/iso.segment' : 'video/mp2t'
  const wrap = options.wrap ?? ((stored: Buffer) => resource(stored, type))
  origin.put(path, wrap(key ? encryptSegment(bytes, key.bytes, key.iv ?? ivOfMsn(msn)) : bytes))
}

function putInit(origin: Origin, { name, bytes, key }: StreamInit, folder: string): void {
  const stored = key?.iv ? encryptSegment(bytes, key.bytes, key.iv) : bytes
  origin.put(`${folder}${name}`, resource(stored, 'video/mp4'))
  if (key) origin.put(`${folder}${key.name}`, resource(key.bytes, 'application/octet-stream'))
}

/** The KEY above a MAP applies to it (RFC 8216bis §4.4.4.5), so a clear MAP stands below METHOD=NONE or above every KEY. */
function initLines(
  init: StreamInit,
  keys: { readonly before: StreamKey | null; readonly now: StreamKey | null },
  options: StreamOptions,
): string[] {
  const own = init.key ?? null
  const above = own === keys.before ? [] : [keyLine(own, options)]
  const below = own === keys.now ? [] : [keyLine(keys.now, options)]
  const uri = options.uri ?? ((name: string) => name)
  return [...above, `#EXT-X-MAP:URI="${uri(init.name)}"`, ...below]
}

function keyLine(key: StreamKey | null, { keyUri = (name) => name }: StreamOptions): string {
  if (key === null) return '#EXT-X-KEY:METHOD=NONE'
  const iv = key.iv === null ? '' : `,IV=0x${key.iv.toString('hex').toUpperCase()}`
  return `#EXT-X-KEY:METHOD=AES-128,URI="${keyUri(key.name)}"${iv}`
}

export function targetDurationSec(pieces: readonly { readonly durationSec: number }[]): number {
  return Math.max(1, ...pieces.map(({ durationSec }) => Math.round(durationSec)))
}

/** A media playlist of these segments. */
export function playlistText(
  lines: readonly (readonly string[])[],
  targetDuration: number,
  options: Omit<StreamOptions, 'folder'> = {},
): string {
  const { mediaSequence = 0, discontinuitySequence, type = 'VOD', endlist = true, head = [] } = options
  const start = ['#EXTM3U', '#EXT-X-VERSION:8', ...head, `#EXT-X-TARGETDURATION:${targetDuration}`]
  start.push(`#EXT-X-MEDIA-SEQUENCE:${mediaSequence}`)
  if (discontinuitySequence !== undefined) start.push(`#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence}`)
  if (type !== null) start.push(`#EXT-X-PLAYLIST-TYPE:${type}`)
  return [...start, ...lines.flat(), ...(endlist ? ['#EXT-X-ENDLIST'] : []), ''].join('\n')
}
