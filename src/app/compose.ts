import { join } from 'node:path'
import { openDatabase } from '#adapters/database/open-database.ts'
import { withMetrics } from '#adapters/blob-layers/with-metrics.ts'
import { DiskRecordings } from '#adapters/disk/disk-recordings.ts'
import { KeptRoom } from '#adapters/disk/kept-room.ts'
import { DiskSourceFiles } from '#adapters/disk/disk-source-files.ts'
import { DiskWorkArea } from '#adapters/disk/disk-work-area.ts'
import { createMediaTool } from '#adapters/ffmpeg/create-media-tool.ts'
import { EventBus } from '#adapters/telemetry/event-bus.ts'
import { CallCounters } from '#adapters/telemetry/call-counters.ts'
import { createLogger, type Logger } from '#adapters/telemetry/logger.ts'
import type { Config } from '#config/config.ts'
import { secretsIn } from '#config/secrets.ts'
import { newSha256, sha256 } from './hashing.ts'
import { makeDataFolder } from './make-data-folder.ts'
import { mediaToolSettings } from './media-tool-settings.ts'
import { openStore } from './open-store.ts'
import type { StoreWishes } from './store.ts'
import { downloadsFolder } from './folders.ts'

/** Everything below the surfaces, put together from the configuration. Dispose of it to let files and database go. */
export type Core = Awaited<ReturnType<typeof composeCore>>

export interface CoreWishes extends StoreWishes {
  readonly silent?: boolean
}

/** Reads from top to bottom: logs, database, store, work area, tools. */
export async function composeCore(config: Config, { silent = false, ...wishes }: CoreWishes = {}) {
  const log = loggerOf(config, silent)
  await makeDataFolder(config.dataDir)
  const events = new EventBus(log)
  const database = await openDatabase(databaseOf(config), { events })
  const store = await openStore({ config, database, events }, wishes)
  const storeCalls = new CallCounters()
  const work = new DiskWorkArea(join(config.dataDir, 'work'))
  const media = await createMediaTool({
    ...mediaToolSettings(config),
    maxBlobBytes: store.blobs.limits.maxBytes,
    events,
  })
  const ports = {
    catalog: database.catalog,
    jobs: database.jobs,
    blobs: withMetrics(store.blobs, storeCalls),
    work,
    media,
    sources: new DiskSourceFiles(),
    recordings: new DiskRecordings(downloadsFolder(config.dataDir), new KeptRoom(config.dataDir)),
    events,
    storeWait: async () => (await store.describe()).waiting,
    sha256,
    newSha256,
  }
  const close = async () => {
    await store[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  }
  return { config, log, database, store, storeCalls, ports, [Symbol.asyncDispose]: close }
}

/** A silent one writes only where LOG_FILE says: a command talks for itself. */
function loggerOf({ logs, ...config }: Config, silent: boolean): Logger {
  const secrets = secretsIn(config).map((secret) => secret.reveal())
  return createLogger({
    level: silent && !logs.file ? 'silent' : logs.level,
    ...(logs.file && { file: logs.file }),
    secrets,
    human: process.stderr.isTTY,
  })
}

export function databaseOf({ database }: Config) {
  return database.kind === 'sqlite' ? database : { kind: database.kind, url: database.url.reveal() }
}
