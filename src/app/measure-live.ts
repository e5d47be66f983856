import type { Config } from '#config/config.ts'
import { InvalidInputError } from '#domain/errors.ts'
import type { DoctorCheck } from '#surfaces/cli/cli-ports.ts'

export async function* measureLive(_config: Config, _signal: AbortSignal): AsyncIterable<DoctorCheck> {
  yield* []
  throw new InvalidInputError('doctor --live is not built yet.')
}
