import type { DownloadIdentity, LinkKind } from '#domain/download.ts'
import { askedWaitMs } from '#domain/asked-wait.ts'
import {
  AnswerTooLargeError,
  NotMediaError,
  PlaylistUnreadableError,
  ProductError,
  RemoteRefusedError,
} from '#domain/errors.ts'
import type { Web, WebAnswer, WebIdentity, WebText } from '#domain/web.ts'
import { retryAfterMs } from '#lib/http-range/retry-after.ts'
import { REAL_PACE } from './hls/pace.ts'
import { retryWaitMs } from './hls/retry-wait.ts'
import { SIGNATURE_BYTES, type Signature, signatureOf } from './media-signature.ts'
import { extensionOf, titleOf } from './title-of.ts'

/** RFC 8216bis sets no bound; nobody means it well with more (see `lib/hls`). */
const MAX_PLAYLIST_BYTES = 8 * 1024 * 1024
const LOOK_LIMIT_MS = 30_000
const MOST_LOOKS = 3
/** A server that took longer to fail is not asked again. */
const AGAIN_WITHIN_MS = 15_000

/** What stands at an address, as its first bytes say. */
export type FoundLink =
  | { readonly kind: 'hls'; readonly playlist: WebText; readonly title: string }
  | FoundFile
  | { readonly kind: 'page'; readonly url: string }

interface FoundFile {
  readonly kind: 'file'
  readonly url: string
  readonly byteLength: number | null
  readonly title: string
  /** Without the dot, by the name that the server gives it. */
  readonly extension: string
}

/**
 * Looks at an address: a playlist is read whole, of a file only the beginning. Everything else is left to the tool for
 * pages. What may pass by itself is tried again. Rejects with AddressRefusedError, RemoteUnreachableError,
 * RemoteRefusedError, RemoteBrokenError, AnswerTooLargeError, PlaylistUnreadableError (called a playlist, and none).
 */
export async function findLink(
  url: string,
  identity: DownloadIdentity,
  web: Web,
  signal: AbortSignal,
): Promise<FoundLink> {
  const startedMs = REAL_PACE.now()
  for (let looks = 1; ; looks++) {
    try {
      return await lookOnce(url, identity, web, signal)
    } catch (error) {
      signal.throwIfAborted()
      const mayPass = error instanceof ProductError && error.retry !== 'never' && !wantsRest(error)
      if (!mayPass || looks === MOST_LOOKS || REAL_PACE.now() - startedMs > AGAIN_WITHIN_MS) throw error
      await REAL_PACE.wait(retryWaitMs(error, looks, REAL_PACE.random()), signal)
    }
  }
}

/** It asks for more time than a person waits for an answer: the job waits instead. */
function wantsRest(error: ProductError): boolean {
  return (askedWaitMs(error) ?? 0) > AGAIN_WITHIN_MS
}

async function lookOnce(url: string, identity: DownloadIdentity, web: Web, signal: AbortSignal): Promise<FoundLink> {
  const request = { url, identity: webIdentityOf(url, identity), timeoutMs: LOOK_LIMIT_MS }
  await using answer = await web.open(request, signal)
  if (answer.status >= 400) return afterRefusal(url, answer)
  const body = answer.body[Symbol.asyncIterator]()
  const head = await readHead(body)
  const kind = kindOf(signatureOf(head), answer)
  if (kind === 'page') return { kind, url }
  const title = titleOf(answer)
  if (kind === 'file') {
    const byteLength = answer.decoded ? null : answer.contentLength
    return { kind, url: answer.url, byteLength, title, extension: extensionOf(answer) }
  }
  const contentType = answer.headers.get('content-type') ?? null
  return { kind, playlist: { text: await readText(head, body), url: answer.url, contentType }, title }
}

/** Who asks at this address: secrets go to its host, and to those that the user names; cookies of a file where they belong. */
export function webIdentityOf(url: string, { headers, hosts, proxy, cookies }: DownloadIdentity): WebIdentity {
  const { hostname: own, protocol } = URL.parse(url) ?? {}
  return {
    headers,
    hosts: own ? [own, ...hosts] : hosts,
    ...(protocol === 'https:' && { secretsOverHttpsOnly: true }),
    ...(proxy !== undefined && { proxy }),
    ...(cookies !== undefined && own && { cookies: { name: cookies, host: own } }),
  }
}

const MEDIA_NAME = /\.(?:m3u8?|mp4|m4v|mov|mkv|webm|ts|m2ts|avi|flv|mp3|m4a|aac|ogg|opus|flac|wav)$/i

/** Pages may refuse us and speak to the tool that knows them; a file or playlist that is refused is refused. */
function afterRefusal(url: string, { status, url: lastUrl, headers }: WebAnswer): FoundLink {
  const path = URL.parse(lastUrl)?.pathname ?? ''
  if (status !== 404 && status !== 410 && !MEDIA_NAME.test(path)) return { kind: 'page', url }
  throw new RemoteRefusedError(`The server answered with status ${status}.`, status, {
    retryAfterMs: retryAfterMs(headers.get('retry-after'), Date.now()),
    why: `${URL.parse(lastUrl)?.host ?? 'It'} does not give what stands at this address.`,
    fix: fixOfRefusal(status),
  })
}

function fixOfRefusal(status: number): string {
  if (status === 401 || status === 403) return 'Give the cookies or headers that the server wants.'
  if (status === 429) return 'Wait a while; it asks us to slow down.'
  if (status === 451) return 'It is refused for legal reasons, often by country; a proxy elsewhere may help.'
  return status >= 500 ? 'The fault is on the server; wait a while.' : 'Check the address.'
}

function kindOf(signature: Signature, { headers, url, contentLength }: WebAnswer): LinkKind {
  if (signature === 'playlist') return 'hls'
  if (signature === 'media') return 'file'
  if (signature === 'page') return 'page'
  const type = headers.get('content-type') ?? ''
  if (/mpegurl/i.test(type) || /\.m3u8?$/i.test(URL.parse(url)?.pathname ?? '')) throw noPlaylist()
  const isMedia = /^(?:video|audio)\/(?!.*mpegurl)/i.test(type)
  const isNamed = !/^text\//i.test(type) && MEDIA_NAME.test(URL.parse(url)?.pathname ?? '')
  if (!isMedia && !isNamed) return 'page'
  // Neither known bytes nor a length: that could go on until the disk is full.
  if (contentLength === null) throw noMedia()
  return 'file'
}

function noMedia(): NotMediaError {
  return new NotMediaError('What stands at this address is called a video and is none.', {
    why: 'Its first bytes are those of no container that we know.',
    fix: 'Open the address in a browser and see what it shows.',
  })
}

function noPlaylist(): PlaylistUnreadableError {
  return new PlaylistUnreadableError('What stands at this address is called a playlist and is none.', 1, {
    why: 'It does not begin with #EXTM3U.',
    fix: 'Open the address in a browser: the server may want a login, or the address may have expired.',
  })
}

async function readHead(body: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  while (length < SIGNATURE_BYTES) {
    const { done, value } = await body.next()
    if (done) break
    chunks.push(value)
    length += value.length
  }
  return joined(chunks)
}

async function readText(head: Uint8Array, rest: AsyncIterator<Uint8Array>): Promise<string> {
  const chunks = [head]
  let length = head.length
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    chunks.push(next.value)
    length += next.value.length
    if (length > MAX_PLAYLIST_BYTES) throw new AnswerTooLargeError('The playlist has more than 8 MiB.')
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(joined(chunks))
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
