import { t } from '../strings/strings.ts'
import { languageName } from './format.ts'

/** `German · Commentary`; a number when nothing is known. */
export function trackLabel({
  language,
  title,
  name,
}: {
  readonly language: string
  readonly title: string | null
  readonly name: string
}): string {
  const said = languageName(language)
  const number = Number(name.slice(1)) + 1
  if (title === null || title === '' || title === said) return said ?? t.player.track(number)
  return said === null || title.includes(said) ? title : `${said} · ${title}`
}
