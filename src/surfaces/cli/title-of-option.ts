import { InvalidInputError } from '#domain/errors.ts'

const LONGEST = 300
/** One line that reads as it is written, as the dashboard wants it, too. */
const UNREADABLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u

/** What `--title` says. Throws InvalidInputError. */
export function titleOfOption(title: string): string {
  const fix = `Give one line of at most ${LONGEST} letters.`
  if (UNREADABLE.test(title)) throw new InvalidInputError('--title holds line breaks or control characters.', { fix })
  if (title.length > LONGEST) throw new InvalidInputError(`--title has ${title.length} letters.`, { fix })
  return title
}
