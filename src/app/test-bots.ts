import type { Config } from '#config/config.ts'
import { InvalidInputError } from '#domain/errors.ts'
import type { BotTest } from '#surfaces/cli/cli-ports.ts'

export async function* testBots(_config: Config, _signal: AbortSignal): AsyncIterable<BotTest> {
  yield* []
  throw new InvalidInputError('test-bots is not built yet.')
}
