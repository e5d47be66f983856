import type { RunningServer } from './start-server.ts'
import { type CommandResult, runTelereel } from './run-telereel.ts'

export interface CliUpload extends CommandResult {
  /** Empty when the file did not get as far as an id. */
  readonly videoId: string
}

/** `telereel upload --json FILE` on the data folder of a running server, or on one that no server uses. */
export async function uploadByCli(
  { dataDir }: Pick<RunningServer, 'dataDir'>,
  path: string,
  env: Readonly<Record<string, string>> = {},
): Promise<CliUpload> {
  const result = await runTelereel(['upload', '--json', '--video', path], { dataDir, env })
  const [videoId = ''] = result.json<{ videoId?: string }>().flatMap((line) => line.videoId ?? [])
  return { ...result, videoId }
}
