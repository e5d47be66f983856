import { type Format, host, password, webAddress, wholeNumber } from '../format.ts'
import { Secret } from '../secrets.ts'
import { settingsOf } from '../setting.ts'

const { withDefault, optional } = settingsOf('scale')

/** Which catalog: a file, or a PostgreSQL server whose address holds its password. */
export type DatabaseAddress =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: Secret }

function readDatabaseUrl(text: string): DatabaseAddress | undefined {
  const file = /^(?:sqlite|file):(?:\/\/)?(.+)$/i.exec(text)?.[1]
  if (file) return { kind: 'sqlite', path: file }
  const url = URL.parse(text)
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || !url.hostname || url.pathname.length < 2) return undefined
  return { kind: 'postgres', url: new Secret(text) }
}

const databaseUrl: Format<DatabaseAddress> = {
  kind: 'secret',
  read: (text) => readDatabaseUrl(text.trim()),
  allowed: 'sqlite:FILE or postgres://user:password@host/database',
}

const workerUrl = (region: string) =>
  optional(webAddress, { help: `Address of the worker in ${region}.`, startOnly: true })

export const scaleSettings = {
  DATABASE_URL: optional(databaseUrl, {
    help: 'Database of the catalog; the file catalog.db in DATA_DIR when empty.',
    startOnly: true,
  }),
  REDIS_HOST: optional(host, { help: 'Redis server that shares queue and limits between machines.', startOnly: true }),
  REDIS_PORT: withDefault(wholeNumber({ min: 1, max: 65_535 }), '6379', { help: 'Its port.', startOnly: true }),
  REDIS_PASSWORD: optional(password({ min: 1, max: 1024 }), {
    help: 'Its password; a must unless it runs on this machine.',
    startOnly: true,
  }),
  WORKER_US_URL: workerUrl('America'),
  WORKER_EU_URL: workerUrl('Europe'),
  WORKER_ASIA_URL: workerUrl('Asia'),
}
