import { openDatabase } from '#adapters/database/open-database.ts'
import { BotApi } from '#adapters/telegram/bot-api.ts'
import { SYSTEM_CLOCK } from '#adapters/telegram/clock.ts'
import { DEFAULT_TUNING } from '#adapters/telegram/lane-tuning.ts'
import { PacedLanes } from '#adapters/telegram/paced-lanes.ts'
import { TelegramBlobStore } from '#adapters/telegram/telegram-blob-store.ts'

/**
 * A process of its own: takes up, stores blobs, mends one, deletes one, keeps a snapshot, sweeps; and kills itself with
 * SIGKILL when the n-th step is reached. Run again it ends the same. Prints `done` when it came to its end.
 */
export interface UntilKilled {
  readonly root: string
  readonly tokens: readonly string[]
  readonly chatIds: readonly number[]
  readonly databasePath: string
  /** 0: never. */
  readonly killAtStep: number
}

export const KILLED_LIBRARY = 'library_001'
export const KILLED_NAMES = [1, 2, 3, 4].map((index) => `film000000000001/${index}`)
/** Is deleted at the end. */
export const KILLED_DELETED = KILLED_NAMES[1] as string

export function killedBytes(name: string): Uint8Array {
  return Buffer.alloc(150_000, name)
}

export const PLAIN = {
  seal: (_name: string, plain: Uint8Array) => plain,
  open: (_name: string, bytes: Uint8Array) => bytes,
}

/** Nothing is held back: how bots are paced is tested elsewhere. */
export const UNPACED = {
  ...DEFAULT_TUNING,
  chat: { startPerSec: 500, maxPerSec: 500, burst: 500 },
  bot: { startPerSec: 500, maxPerSec: 500, burst: 500 },
  deletes: { startPerSec: 500, maxPerSec: 500, burst: 500 },
  reads: { startPerSec: 500, maxPerSec: 500, burst: 500 },
}

async function main({ root, tokens, chatIds, databasePath, killAtStep }: UntilKilled): Promise<void> {
  await using database = await openDatabase({ kind: 'sqlite', path: databasePath })
  const events = { emit() {} }
  const bots = tokens.map((token, index) => ({
    bot: new BotApi({ token, setting: `BOT_TOKEN_${index + 1}`, apiRoot: root }),
    chatId: chatIds[index % chatIds.length] ?? null,
  }))
  const { ledger } = database
  await using lanes = await PacedLanes.open({ bots, ledger, clock: SYSTEM_CLOCK, events, tuning: UNPACED })
  let steps = 0
  const reached = () => {
    if (++steps === killAtStep) process.kill(process.pid, 'SIGKILL')
  }
  const store = new TelegramBlobStore({ lanes, ledger, events, libraryId: KILLED_LIBRARY, replicas: 2, reached })
  await store.sweep()
  const put = async (name: string) => {
    const bytes = killedBytes(name)
    const open = async function* () {
      yield bytes
    }
    return store.put({ name, byteLength: bytes.byteLength, open })
  }
  const refs = await Promise.all(KILLED_NAMES.map(put))
  for (const ref of refs) await store.repair(ref)
  await store.delete(refs[KILLED_NAMES.indexOf(KILLED_DELETED)] ?? 'telegram:none')
  const lines = async function* () {
    yield Buffer.from('catalog')
  }
  await store.snapshots(PLAIN).save(lines())
  await store.sweep()
  process.stdout.write('done\n')
}

if (process.argv[2]) await main(JSON.parse(process.argv[2]) as UntilKilled)
