import { InvalidInputError } from '#domain/errors.ts'
import { toLanguageTag } from '#lib/language-tag/language-tag.ts'
import { decodeText } from '#lib/webvtt/decode-text.ts'
import { formatWebVtt } from '#lib/webvtt/format-web-vtt.ts'
import { parseSubtitle, type SubtitleFormat } from '#lib/webvtt/parse-subtitle.ts'
import { SubtitleError } from '#lib/webvtt/subtitle-error.ts'
import type { SidecarSubtitle } from './add-subtitle.ts'

const FORMATS: Readonly<Record<string, SubtitleFormat>> = { srt: 'srt', vtt: 'vtt', ass: 'ass', ssa: 'ass' }

/** A subtitle file as it lies there. What is not said of it is taken from its name. */
interface SidecarFile {
  readonly name: string
  readonly bytes: Uint8Array
  readonly language?: string
  readonly title?: string | null
  readonly isDefault?: boolean
  readonly forced?: boolean
  readonly hearingImpaired?: boolean
}

/** Reads a subtitle file. Throws InvalidInputError for what is none. */
export function readSidecar({ name, bytes, ...labels }: SidecarFile): SidecarSubtitle {
  const format = FORMATS[/\.([a-z]{3})$/i.exec(name)?.[1]?.toLowerCase() ?? '']
  if (!format) {
    throw new InvalidInputError(`${name} is no subtitle file that we know.`, {
      fix: 'Give a .srt, .vtt, .ass or .ssa file.',
    })
  }
  return {
    original: { format, bytes },
    webvtt: new TextEncoder().encode(formatWebVtt(cuesOf(name, bytes, format))),
    language: labels.language ?? languageInName(name),
    title: labels.title ?? null,
    isDefault: labels.isDefault ?? false,
    forced: labels.forced ?? /\.forced\./i.test(name),
    hearingImpaired: labels.hearingImpaired ?? /\.(sdh|cc|hi)\./i.test(name),
  }
}

function cuesOf(name: string, bytes: Uint8Array, format: SubtitleFormat) {
  try {
    const cues = parseSubtitle(decodeText(bytes).text, format)
    if (cues.length > 0) return cues
  } catch (cause) {
    if (!(cause instanceof SubtitleError)) throw cause
    throw new InvalidInputError(`${name} is larger than any subtitles.`, { why: cause.message, cause })
  }
  throw new InvalidInputError(`${name} holds no subtitles.`, { why: 'No cue with a time was found in it.' })
}

/** `film.de.srt`, `film.de.forced.srt` -> `de`. Only there: in `my.film.srt` the words are the title's. */
function languageInName(name: string): string {
  const words = name.split('.').slice(1, -1)
  const last = /^(forced|sdh|cc|hi|default)$/i.test(words.at(-1) ?? '') ? words.at(-2) : words.at(-1)
  return last && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(last) ? toLanguageTag(last) : 'und'
}
