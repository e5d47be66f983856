/** What viewers are told: `bot 3` for BOT_TOKEN_3 and the third of MULTI_BOT_CONFIG, `streaming bot 2` for MULTI_TOKEN2. */
export function nameOfBot(setting: string): string {
  const [, word, digits] = /^(.*?)(\d+)?\D*$/.exec(setting) ?? []
  if (word?.startsWith('MULTI_TOKEN')) return `streaming bot ${digits ?? 1}`
  // The list is counted from 0 where settings are meant, from 1 where people are.
  return `bot ${word?.endsWith('[') ? Number(digits) + 1 : (digits ?? 1)}`
}
