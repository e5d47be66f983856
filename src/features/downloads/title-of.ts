import { titleFromFilename } from '#domain/title-from-filename.ts'
import type { WebAnswer } from '#domain/web.ts'
import { stripControls } from '#lib/file-name/strip-controls.ts'

/** Names that say nothing of the film: the folder above does. */
const EMPTY_NAMES =
  /^(?:index|master|playlist|main|manifest|prog_index|video|stream|chunklist|media|hls|file|download)\b/i

/** What to call what stands at an address: as the server names the file, else by its path, else by the host. */
export function titleOf({ url, headers }: Pick<WebAnswer, 'url' | 'headers'>): string {
  const named = filenameIn(headers.get('content-disposition') ?? '')
  if (named) return titleFromFilename(stripControls(named))
  const { pathname = '', hostname = 'Download' } = URL.parse(url) ?? {}
  const parts = pathname
    .split('/')
    .map((part) => stripControls(decoded(part)))
    .filter(Boolean)
    .reverse()
  const telling = parts.find((part) => !EMPTY_NAMES.test(part))
  return telling ? titleFromFilename(telling) : hostname
}

const EXTENSION = /\.([a-z0-9]{1,5})$/i
const BY_TYPE: Readonly<Record<string, string>> = {
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'video/x-matroska': 'mkv',
  'video/mp2t': 'ts',
  'video/quicktime': 'mov',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
  'audio/flac': 'flac',
}

/** As the name says, else as the type does; `bin` when nobody says. */
export function extensionOf({ url, headers }: Pick<WebAnswer, 'url' | 'headers'>): string {
  const name = filenameIn(headers.get('content-disposition') ?? '') ?? URL.parse(url)?.pathname ?? ''
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  return EXTENSION.exec(name)?.[1]?.toLowerCase() ?? BY_TYPE[type] ?? 'bin'
}

/** RFC 6266: `filename*` wins over `filename`. */
function filenameIn(disposition: string): string | null {
  const extended = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(disposition)?.[1]
  if (extended) return decoded(extended)
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition)
  return plain?.[1]?.replace(/\\(.)/g, '$1') ?? plain?.[2] ?? null
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
