import { ProductError } from '#domain/errors.ts'
import type { ResultFiles } from '#domain/result-file.ts'
import { safeFileName } from '#lib/file-name/safe-file-name.ts'
import { copyToResult } from './copy-to-result.ts'
import type { DownloadTask } from './download-ports.ts'

/** A subtitle file that belongs to a film. */
interface BesideFile {
  readonly path: string
  /** Without the dot. */
  readonly extension: string
  readonly language: string
  readonly forced: boolean
  readonly hearingImpaired: boolean
}

/**
 * Copies files that belong to a film to where players look for them: `film.de.vtt`, `film.de.forced.vtt`, `film.de.2.vtt`.
 * Nothing is written over that lies there already: equal bytes are what an earlier run laid there, for others the next number
 * is taken. Resolves with their paths.
 */
export async function layBeside(
  filmPath: string,
  files: readonly BesideFile[],
  results: ResultFiles,
): Promise<readonly string[]> {
  const stem = shortened(filmPath.replace(/\.[^./\\]+$/, ''))
  const laid: string[] = []
  for (const file of files) {
    const path = await freePath(file, stem, laid, results)
    await copyToResult(file.path, path, results)
    laid.push(path)
  }
  return laid
}

async function freePath(file: BesideFile, stem: string, laid: readonly string[], results: ResultFiles) {
  const { path: from, extension, language, forced, hearingImpaired } = file
  const words = [stem, languageWord(language), forced ? 'forced' : '', hearingImpaired ? 'sdh' : '']
  const base = words.filter((word) => word !== '').join('.')
  const { sha256 } = await results.facts(from)
  for (let number = 1; ; number++) {
    const path = number === 1 ? `${base}.${extension}` : `${base}.${number}.${extension}`
    if (laid.includes(path)) continue
    const there = await results.facts(path).catch(() => null)
    if (there === null || there.sha256 === sha256) return path
  }
}

/** Names end at 255 bytes: `.zh-Hant-TW.forced.sdh.12.vtt.part` comes behind it. */
const STEM_BYTES = 215

/** A film whose own name is that long loses its likeness to that of its subtitles rather than the subtitles. */
function shortened(path: string): string {
  const [, folder = '', stem = ''] = /^(.*[/\\])?(.*)$/s.exec(path) ?? []
  const isShort = new TextEncoder().encode(stem).byteLength <= STEM_BYTES
  return isShort ? path : folder + safeFileName(stem, 'film', STEM_BYTES)
}

/** Those with variants and extensions grow long. */
function languageWord(language: string): string {
  if (language === 'und') return ''
  return language.length <= 10 ? language : (language.split('-')[0] ?? '')
}

/** A film without its subtitles is a film all the same: what goes wrong with them is told and ends nothing else. */
export async function besideOrWhy(
  lay: () => Promise<readonly string[]>,
  names: string,
  { signal, log }: Pick<DownloadTask, 'signal' | 'log'>,
): Promise<{ readonly beside: readonly string[]; readonly told: readonly string[] }> {
  try {
    const beside = await lay()
    return { beside, told: besideNote(beside) }
  } catch (error) {
    if (signal.aborted) throw error
    if (!(error instanceof ProductError))
      log({ level: 'warn', text: `Subtitles could not be written: ${String(error)}` })
    const why = error instanceof ProductError ? error.message : 'they could not be written.'
    return { beside: [], told: [`The subtitles ${names} are left out: ${why}`] }
  }
}

/** For people; nothing of what is not there. */
function besideNote(paths: readonly string[]): readonly string[] {
  const names = paths.map((path) => path.split(/[/\\]/).at(-1))
  return names.length === 0 ? [] : [`Subtitles lie beside it: ${names.join(', ')}.`]
}
