/** A voice or a subtitle track, as far as choosing goes. */
export interface Choosable {
  readonly name: string
  readonly language: string
  readonly isDefault: boolean
  readonly forced: boolean
}

/** The voice in the language people chose before, else the default one. Null when there is none. */
export function chooseAudio<T extends Choosable>(tracks: readonly T[], wanted: string | null): T | null {
  return (
    tracks.find(({ language }) => wanted !== null && sameLanguage(language, wanted)) ??
    tracks.find(({ isDefault }) => isDefault) ??
    tracks[0] ??
    null
  )
}

/**
 * `wanted`: a language, `off`, or null when never chosen. Forced ones (signs, a foreign line) come with the voice they
 * were made for, also when subtitles are off.
 */
export function chooseSubtitle<T extends Choosable>(
  tracks: readonly T[],
  wanted: string | null,
  audioLanguage: string | null,
): T | null {
  const whole = tracks.filter(({ forced }) => !forced)
  const forced = tracks.find(
    (track) => track.forced && (audioLanguage === null || sameLanguage(track.language, audioLanguage)),
  )
  if (wanted === 'off') return forced ?? null
  if (wanted !== null) return whole.find(({ language }) => sameLanguage(language, wanted)) ?? forced ?? null
  return whole.find(({ isDefault }) => isDefault) ?? forced ?? null
}

/** `de-AT` is German, too. */
function sameLanguage(a: string, b: string): boolean {
  const base = (tag: string) => tag.toLowerCase().split('-')[0]
  return base(a) === base(b)
}
