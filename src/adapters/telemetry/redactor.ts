/** What a bot token looks like (Bot API, "Authorizing your bot"). In addresses it follows the word `bot` directly. */
const BOT_TOKEN = /(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}/g
/** The token inside a signed playback path. */
const SIGNED_PATH = /\/s\/[^/\s"]{16,}/g
/** Shorter values would blank out ordinary words. */
const SHORTEST_SECRET = 6

/**
 * Takes secrets out of a text on its way to any sink: bot tokens by their form, signed paths, and the configured values
 * as they are, URL-encoded and as JSON writes them. Knows no quotes: JSON is to be taken apart before.
 */
export function createRedactor(secrets: readonly string[]): (line: string) => string {
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
  const values = [...new Set(forms)].filter((value) => value.length >= SHORTEST_SECRET)
  values.sort((one, other) => other.length - one.length)
  return (line) => {
    let clean = line.replace(BOT_TOKEN, '***').replace(SIGNED_PATH, '/s/***')
    for (const value of values) clean = clean.replaceAll(value, '***')
    return clean
  }
}
