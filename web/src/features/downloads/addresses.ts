import { TURNING } from '../../lib/turning.ts'

export interface PastedAddresses {
  /** Each once, in their order. */
  readonly addresses: readonly string[]
  /** What is no web address. */
  readonly refused: readonly string[]
}

/** The addresses in a text that somebody pasted: by lines, blanks and commas before the next `http`. */
export function addressesIn(text: string): PastedAddresses {
  const words = text
    .split(/[\s<>"]+|,(?=https?:)/i)
    .map((word) => word.trim())
    .filter((word) => word !== '')
  const addresses = words.filter(isWebAddress)
  return { addresses: [...new Set(addresses)], refused: words.filter((word) => !isWebAddress(word)) }
}

/** http and https only, and nobody's password in it. */
function isWebAddress(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || text.length > 8192 || !URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === ''
}

const FILE_ENDING = /\.(mp4|m4v|mkv|webm|mov|avi|ts|m2ts|mpg|mpeg|flv|wmv|ogv|mp3|m4a|aac|flac|ogg|opus|wav)$/i

/** What an address looks like it will be; only a look knows. */
export function guessKind(address: string): 'hls' | 'file' | 'page' {
  const { pathname } = new URL(address)
  if (/\.m3u8?$/i.test(pathname)) return 'hls'
  return FILE_ENDING.test(pathname) ? 'file' : 'page'
}

/** For people: without the query, which may be long or secret. */
export function shortAddress(address: string): string {
  if (!URL.canParse(address)) return address
  const { host, pathname } = new URL(address)
  return host + (pathname === '/' ? '' : decoded(pathname))
}

function decoded(path: string): string {
  try {
    return decodeURI(path).replace(TURNING, encodeURIComponent)
  } catch {
    return path
  }
}
