import { InvalidInputError } from '#domain/errors.ts'
import type { DownloadChoice } from '#domain/download.ts'

/** H.264 shows everywhere without being encoded anew; but not at the price of a small picture. */
const H264 = "[vcodec~='^(?:avc|h264)']"
const LEAST_LINES_OF_BEST = 720
const AAC = "[acodec~='^(?:mp4a|aac)']"

/**
 * Which formats yt-dlp is to take. `joins`: picture and sound may come as two files. Throws InvalidInputError for a format
 * that cannot be the name of one.
 */
export function formatOptions(choice: DownloadChoice, joins: boolean): readonly string[] {
  const { quality, formatId } = choice
  if (formatId !== undefined) return ['-f', ofId(formatId, joins, choice.audioLanguages)]
  if (quality === 'audio-only') return ['-f', inLanguages(['ba', 'b'], choice.audioLanguages), '-S', 'acodec~aac,abr']
  if (quality === 'worst') return ['-f', pairs(joins, 'wv*', 'wa', 'w', choice.audioLanguages)]
  const lines = quality === 'best' ? 2160 : Math.trunc(quality)
  const good =
    quality === 'best'
      ? [
          pairs(
            joins,
            `bv*${H264}[height>=${LEAST_LINES_OF_BEST}]`,
            `ba${AAC}`,
            `b${H264}[height>=${LEAST_LINES_OF_BEST}]`,
            choice.audioLanguages,
          ),
        ]
      : []
  const any = pairs(joins, 'bv*', 'ba', 'b', choice.audioLanguages)
  return ['-f', [...good, any].join('/'), '-S', `res:${lines},vcodec~h264,acodec~aac`]
}

/** `video+sound` or, where that is not to be had, both in one. */
function pairs(joins: boolean, video: string, sound: string, both: string, languages: readonly string[]): string {
  const sounds = inLanguages([sound], languages).split('/')
  const joined = joins ? sounds.map((one) => `${video}+${one}`) : []
  return [...joined, inLanguages([both], languages)].join('/')
}

/** The wished languages first, then whatever there is. */
function inLanguages(formats: readonly string[], languages: readonly string[]): string {
  const wished = languages.filter((language) => LANGUAGE.test(language))
  const narrowed = wished.flatMap((language) =>
    formats.map((format) => `${format}[language^=${language.toLowerCase()}]`),
  )
  return [...narrowed, ...formats].join('/')
}

const LANGUAGE = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}$/
/** Nothing that means something in a format expression: `,` `/` `+` brackets, blanks. */
const FORMAT_ID = /^[\p{L}\p{N}_][\p{L}\p{N}_.:=~-]{0,99}$/u

function ofId(id: string, joins: boolean, languages: readonly string[]): string {
  if (!isFormatId(id)) {
    throw new InvalidInputError('There is no format of that name.', {
      fix: 'Look at the page again and choose one of the formats.',
    })
  }
  const sounds = inLanguages(['ba'], languages).split('/')
  return [...(joins ? sounds.map((sound) => `${id}+${sound}`) : []), id].join('/')
}

/** Whether the name of a format can be given back to yt-dlp without meaning something else. */
export function isFormatId(id: string): boolean {
  return FORMAT_ID.test(id)
}

/** Languages become parts of file names as the page writes them: none may lead to another folder. */
const IN_NAMES = '[^/\\\\]'

/**
 * Subtitle files beside the video; what cannot be had is left out: without `--ignore-errors` a subtitle file that is not there
 * ends the whole download (measured with 2026.08.19). What fails of the film itself still ends in an exit code. Chat replays
 * are no subtitles.
 */
export function subtitleOptions({ subtitleLanguages, quality }: DownloadChoice): readonly string[] {
  if (subtitleLanguages === 'none' || quality === 'audio-only') return []
  const wished =
    subtitleLanguages === 'all'
      ? [`${IN_NAMES}+`, '-live_chat']
      : subtitleLanguages.filter((one) => LANGUAGE.test(one)).map((one) => `${one}(-${IN_NAMES}*)?`)
  if (wished.length === 0) return []
  return ['--write-subs', `--sub-langs=${wished.join(',')}`, '--sub-format', 'vtt/srt/ass', '--ignore-errors']
}
