import { type Config, loadConfig } from '#config/config.ts'
import { describeNotices } from '#config/describe-settings.ts'
import type { Sources } from '#config/env.ts'
import { faultLine } from '#config/fault.ts'
import { InvalidInputError } from '#domain/errors.ts'

/** Rejects with one line per wrong setting: name, value, what is allowed. */
export function configOf(sources: Sources): { readonly config: Config; readonly notices: readonly string[] } {
  const loaded = loadConfig(sources)
  if (!('faults' in loaded)) return onlyBuilt(loaded)
  const lines = loaded.faults.map(faultLine)
  throw new InvalidInputError(`Some settings are wrong:\n  ${lines.join('\n  ')}`, {
    fix: 'Mend them in the environment or in .env; `telereel config` shows all.',
  })
}

/** What `telereel config` says beside the settings themselves. */
export function remarksOn(sources: Sources): readonly string[] {
  const loaded = loadConfig(sources)
  return [...describeNotices(sources), ...('faults' in loaded ? [] : notBuilt(loaded.config))]
}

/** Settings that are valid but belong to parts that this version does not have yet. */
function onlyBuilt<Loaded extends { readonly config: Config }>(loaded: Loaded): Loaded {
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
