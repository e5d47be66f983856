import { InvalidInputError } from '#domain/errors.ts'
import type { SidecarSubtitle } from '#features/ingest/add-subtitle.ts'
import { toLanguageTag } from '#lib/language-tag/language-tag.ts'
import { decodeText } from '#lib/webvtt/decode-text.ts'
import { formatWebVtt } from '#lib/webvtt/format-web-vtt.ts'
import { parseSubtitle } from '#lib/webvtt/parse-subtitle.ts'
import type { SubtitleUpload } from '#surfaces/http/http-ports.ts'

const FORMATS = { srt: 'srt', vtt: 'vtt', ass: 'ass', ssa: 'ass' } as const

/** Reads a subtitle file that a person hands in. Rejects what is no subtitle with InvalidInputError. */
export function readSidecar({ name, bytes, ...labels }: SubtitleUpload): SidecarSubtitle {
  const ending = /\.([a-z]{3})$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  const format = FORMATS[ending as keyof typeof FORMATS]
  if (!format) {
    throw new InvalidInputError(`${name} is no subtitle file that we know.`, {
      fix: 'Give a .srt, .vtt, .ass or .ssa file.',
    })
  }
  const cues = parseSubtitle(decodeText(bytes).text, format)
  if (cues.length === 0)
    throw new InvalidInputError(`${name} holds no subtitles.`, { why: 'No cue with a time was found in it.' })
  return {
    original: { format, bytes },
    webvtt: new TextEncoder().encode(formatWebVtt(cues)),
    language: labels.language ?? languageInName(name),
    title: labels.title ?? null,
    isDefault: labels.isDefault ?? false,
    forced: labels.forced ?? /\.forced\./i.test(name),
    hearingImpaired: labels.hearingImpaired ?? /\.(sdh|cc|hi)\./i.test(name),
  }
}

/** `film.de.srt`, `film.de.forced.srt` -> `de`. Only there: in `my.film.srt` the words are the title's. */
function languageInName(name: string): string {
  const words = name.split('.').slice(1, -1)
  const last = /^(forced|sdh|cc|hi|default)$/i.test(words.at(-1) ?? '') ? words.at(-2) : words.at(-1)
  return last && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(last) ? toLanguageTag(last) : 'und'
}
