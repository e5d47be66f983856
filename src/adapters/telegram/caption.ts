import type { BlobRef } from '#domain/blob-store.ts'

/**
 * What our messages say about themselves: opaque, without titles, so that a channel explains itself to whoever holds the
 * key and to nobody else. `probe` is a message of no content that shows which id a channel has reached; `gone` marks one
 * that we were not allowed to delete.
 */
export type Caption =
  | ({ readonly kind: 'blob'; readonly libraryId: string; readonly nonce: string } & CaptionedBlob)
  | { readonly kind: 'probe'; readonly libraryId: string; readonly nonce: string }
  | { readonly kind: 'gone'; readonly libraryId: string }

export interface CaptionedBlob {
  readonly name: string
  /** Of the stored bytes. */
  readonly byteLength: number
  /** Hex, of the stored bytes. */
  readonly sha256: string
}

/** Version 1 of the format. */
const VERSION = 't1'
const LIBRARY = /^[A-Za-z0-9_-]{6,22}$/
const NONCE = /^[A-Za-z0-9_-]{8,22}$/
const NAME = /^[A-Za-z0-9_-]{1,32}(\/[A-Za-z0-9_-]{1,32}){1,2}$/
const LENGTH = /^(0|[1-9]\d{0,10})$/
const SHA256 = /^[A-Za-z0-9_-]{43}$/

/** At most 171 characters, so far below Telegram's 1024. */
export function formatCaption(caption: Caption): string {
  const own = `${VERSION} ${caption.libraryId}`
  if (caption.kind === 'gone') return `${own} gone`
  if (caption.kind === 'probe') return `${own} probe ${caption.nonce}`
  const hash = Buffer.from(caption.sha256, 'hex').toString('base64url')
  return `${own} ${caption.name} ${caption.byteLength} ${hash} ${caption.nonce}`
}

/** Null when it is not ours: written by a person, by another program, or missing. */
export function parseCaption(text: string | null): Caption | null {
  const [version, libraryId = '', ...rest] = text?.split(' ') ?? []
  if (version !== VERSION || !LIBRARY.test(libraryId)) return null
  if (rest.length === 1 && rest[0] === 'gone') return { kind: 'gone', libraryId }
  if (rest.length === 2 && rest[0] === 'probe') return parseProbe(libraryId, rest[1] as string)
  return rest.length === 4 ? parseBlob(libraryId, rest) : null
}

function parseProbe(libraryId: string, nonce: string): Caption | null {
  return NONCE.test(nonce) ? { kind: 'probe', libraryId, nonce } : null
}

function parseBlob(libraryId: string, words: readonly string[]): Caption | null {
  const [name = '', length = '', hash = '', nonce = ''] = words
  if (!(isBlobName(name) && LENGTH.test(length) && SHA256.test(hash) && NONCE.test(nonce))) return null
  const sha256 = Buffer.from(hash, 'base64url').toString('hex')
  return { kind: 'blob', libraryId, name, byteLength: Number(length), sha256, nonce }
}

/** Two or three words with slashes between them: `<video>/<pack>`, `snapshot/<seq>/<part>`. */
export function isBlobName(name: string): boolean {
  return NAME.test(name)
}

/** The same whoever computes it, so that a walk over a channel gives the refs that the catalog knows. */
export function refOf({ name, sha256 }: Pick<CaptionedBlob, 'name' | 'sha256'>): BlobRef {
  return `telegram:${name}/${Buffer.from(sha256, 'hex').subarray(0, 12).toString('base64url')}`
}
