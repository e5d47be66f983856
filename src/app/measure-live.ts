import { randomBytes } from 'node:crypto'
import { SYSTEM_CLOCK } from '#adapters/telegram/clock.ts'
import * as telegram from '#adapters/telegram/measure-live.ts'
import { openDatabase } from '#adapters/database/open-database.ts'
import type { Config } from '#config/config.ts'
import { libraryIdOf } from '#lib/sealing/library-id.ts'
import { MasterKey } from '#lib/sealing/master-key.ts'
import type { DoctorCheck } from '#surfaces/cli/cli-ports.ts'
import { databaseOf } from './compose.ts'
import { existingKey } from './existing-key.ts'
import { requireBots } from './telegram-bots.ts'

/** Asks Telegram what its documents leave open, with the bots of the first channel; the answers are kept for the pacing. */
export async function* measureLive(config: Config, signal: AbortSignal): AsyncIterable<DoctorCheck> {
  const bots = requireBots(config)
  const [first] = bots
  const together = bots.filter(({ chat }) => chat === first?.chat)
  await using database = await openDatabase(databaseOf(config))
  const chatId = typeof first?.chat === 'string' ? (await first.bot.getChat(first.chat, signal)).id : (first?.chat ?? 0)
  yield* telegram.measureLive({
    bots: together.map(({ bot }) => bot),
    chatId,
    apiRoot: config.telegram.apiRoot,
    ledger: database.ledger,
    clock: SYSTEM_CLOCK,
    random: randomBytes,
    libraryId: await libraryIdIn(config.dataDir),
    signal,
  })
}

/** That of the library, so that its next sweep removes what a crash left; where no key was made yet, of none. */
async function libraryIdIn(dataDir: string): Promise<string> {
  return libraryIdOf((await existingKey(dataDir)) ?? MasterKey.random())
}
