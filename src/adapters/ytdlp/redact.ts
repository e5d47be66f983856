import { cleanText } from './clean-text.ts'

const MAX_LINE_CHARACTERS = 500
/** What is shorter than this occurs by chance. */
const LEAST_SECRET_CHARACTERS = 4

/** Makes a line of the tool fit for a log: without the secrets, without queries and credentials of addresses, cut. */
export function redactor(secrets: readonly string[]): (line: string) => string {
  const known = secrets
    .filter((secret) => secret.length >= LEAST_SECRET_CHARACTERS)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .toSorted((a, b) => b.length - a.length)
  return (line) => {
    const hidden = known.reduce((text, secret) => text.replaceAll(secret, '***'), line)
    return cleanText(withoutQueries(hidden), MAX_LINE_CHARACTERS)
  }
}

/** Tokens of addresses stand in their queries, rarely in their credentials. */
export function withoutQueries(text: string): string {
  return text
    .replace(/(\b[a-z][a-z0-9+.-]{1,15}:\/\/)[^\s/?#@'"<>]*@/gi, '$1')
    .replace(/(\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s?#'"<>]*)[?#][^\s'"<>]*/gi, '$1?…')
}
