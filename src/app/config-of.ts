import { type Config, loadConfig } from '#config/config.ts'
import { describeNotices, describeSettings } from '#config/describe-settings.ts'
import type { Sources } from '#config/env.ts'
import { faultLine } from '#config/fault.ts'
import { MAX_PUBLIC_BOT_API_FILE_BYTES } from '#config/settings/media.ts'
import { InvalidInputError } from '#domain/errors.ts'

/** Rejects with one line per wrong setting: name, value, what is allowed. */
export function configOf(sources: Sources): { readonly config: Config; readonly notices: readonly string[] } {
  const loaded = loadConfig(sources)
  const [unread] = faultOfDotenv(sources)
  if (unread) throw new InvalidInputError(unread, { fix: 'Mend it or remove it: settings may lie in it.' })
  if (!('faults' in loaded)) {
    const { config, notices } = onlyBuilt(loaded)
    return { config, notices: [...notices, ...withoutEffect(sources), ...tooMuch(config)] }
  }
  const lines = loaded.faults.map(faultLine)
  throw new InvalidInputError(`Some settings are wrong:\n  ${lines.join('\n  ')}`, {
    fix: 'Mend them in the environment or in .env; `telereel config` shows all.',
  })
}

/** What `telereel config` says beside the settings themselves. */
export function remarksOn(sources: Sources): readonly string[] {
  const loaded = loadConfig(sources)
  return [
    ...faultOfDotenv(sources),
    ...describeNotices(sources),
    ...withoutEffect(sources),
    ...('faults' in loaded ? [] : [...tooMuch(loaded.config), ...notBuilt(loaded.config)]),
  ]
}

/** What was written down there does not hold now, and that must not go unsaid. */
function faultOfDotenv({ dotenvFault }: Sources): string[] {
  if (!dotenvFault) return []
  const { code = '', message } = dotenvFault
  const why = { EISDIR: 'it is a folder', EACCES: 'whoever runs this may not read it' }[code] ?? message
  return [`.env cannot be read: ${why}.`]
}

/** What was set and does nothing in this version; worst of all where it looks like protection. */
const WITHOUT_EFFECT: readonly (readonly [name: RegExp, words: string])[] = [
  [/^ADMIN_PASSWORD$/, 'protects nothing yet: there is no login, whoever reaches the server may do everything.'],
  [/^PLAYBACK_ACCESS$/, 'has no effect yet: every link plays for everybody who has it.'],
  [/^API_ID$/, 'has no effect yet: everything goes through the Bot API.'],
  [/^ALLOWED_USERS$/, 'has no effect yet: the bots answer nobody.'],
  [/^(REDIS_HOST|WORKER_(US|EU|ASIA)_URL)$/, 'has no effect yet: one machine does everything.'],
]

/** What lies in Telegram must be readable without a server of one's own, should that one go. */
function tooMuch({ store, media }: Config): string[] {
  if (store.kind !== 'telegram' || media.maxChunkBytes <= MAX_PUBLIC_BOT_API_FILE_BYTES) return []
  return [
    `MAX_CHUNK_SIZE has no effect above ${MAX_PUBLIC_BOT_API_FILE_BYTES} (20 MiB) in Telegram: the public Bot API could not read more.`,
  ]
}

function withoutEffect(sources: Sources): string[] {
  const set = describeSettings(sources).filter(({ origin, value }) => origin !== 'default' && value !== '')
  return set.flatMap(({ name }) => {
    const words = WITHOUT_EFFECT.find(([pattern]) => pattern.test(name))?.[1]
    return words === undefined ? [] : [`${name} ${words}`]
  })
}

/** Settings that are valid but belong to parts that this version does not have yet. */
function onlyBuilt<Loaded extends { readonly config: Config; readonly notices: readonly string[] }>(
  loaded: Loaded,
): Loaded {
  const missing = notBuilt(loaded.config)
  if (missing.length > 0) throw new InvalidInputError(missing.join('\n  '))
  return loaded
}

function notBuilt({ store, database }: Config): string[] {
  return [
    ...(store.kind !== 's3' ? [] : [`STORE=${store.kind} is not built yet; set STORE=disk.`]),
    ...(database.kind === 'sqlite' ? [] : ['DATABASE_URL: PostgreSQL is not wired up yet; leave it empty for SQLite.']),
  ]
}
