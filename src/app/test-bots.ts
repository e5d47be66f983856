import { randomBytes } from 'node:crypto'
import { SYSTEM_CLOCK } from '#adapters/telegram/clock.ts'
import * as telegram from '#adapters/telegram/test-bots.ts'
import type { Config } from '#config/config.ts'
import type { BotTest } from '#surfaces/cli/cli-ports.ts'
import { requireBots } from './telegram-bots.ts'

/** One bot after the other: writes, reads back, deletes. */
export async function* testBots(config: Config, signal: AbortSignal): AsyncIterable<BotTest> {
  const bots = requireBots(config)
  const [scratchChatId] = config.telegram.adminIds
  const scratch = scratchChatId === undefined ? {} : { scratchChatId }
  yield* telegram.testBots({ bots, clock: SYSTEM_CLOCK, random: randomBytes, libraryId: null, ...scratch, signal })
}
