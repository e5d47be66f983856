import { safeFileName } from '#lib/file-name/safe-file-name.ts'

interface Labels {
  readonly language: string
  readonly forced: boolean
  readonly hearingImpaired: boolean
}

/**
 * Where files lie that belong to a film, as players look for them: `film.de.vtt`, `film.de.forced.vtt`, `film.de.2.vtt`. As
 * many as there are labels, all different; `extensionOf` is asked by their number.
 */
export function besidePaths(
  filmPath: string,
  files: readonly Labels[],
  extensionOf: (number: number) => string,
): readonly string[] {
  const stem = shortened(filmPath.replace(/\.[^./\\]+$/, ''))
  const taken = new Map<string, number>()
  return files.map(({ language, forced, hearingImpaired }, number) => {
    const words = [stem, languageWord(language), forced ? 'forced' : '', hearingImpaired ? 'sdh' : '']
    const base = words.filter((word) => word !== '').join('.')
    const extension = extensionOf(number)
    const count = (taken.get(`${base}.${extension}`) ?? 0) + 1
    taken.set(`${base}.${extension}`, count)
    return count === 1 ? `${base}.${extension}` : `${base}.${count}.${extension}`
  })
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

/** For people; nothing of what is not there. */
export function besideNote(paths: readonly string[]): readonly string[] {
  const names = paths.map((path) => path.split(/[/\\]/).at(-1))
  return names.length === 0 ? [] : [`Subtitles lie beside it: ${names.join(', ')}.`]
}
