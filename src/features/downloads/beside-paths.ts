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
  const stem = filmPath.replace(/\.[^./\\]+$/, '')
  const taken = new Map<string, number>()
  return files.map(({ language, forced, hearingImpaired }, number) => {
    const words = [stem, language === 'und' ? '' : language, forced ? 'forced' : '', hearingImpaired ? 'sdh' : '']
    const base = words.filter((word) => word !== '').join('.')
    const extension = extensionOf(number)
    const count = (taken.get(`${base}.${extension}`) ?? 0) + 1
    taken.set(`${base}.${extension}`, count)
    return count === 1 ? `${base}.${extension}` : `${base}.${count}.${extension}`
  })
}

/** For people; nothing of what is not there. */
export function besideNote(paths: readonly string[]): readonly string[] {
  const names = paths.map((path) => path.split(/[/\\]/).at(-1))
  return names.length === 0 ? [] : [`Subtitles lie beside it: ${names.join(', ')}.`]
}
