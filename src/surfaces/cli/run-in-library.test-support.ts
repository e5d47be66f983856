import type { CliLibrary, CliPorts } from './cli-ports.ts'
import { runCommandLine } from './program.ts'
import { recordedTerminal } from './recorded-terminal.test-support.ts'

/** Runs a command line in a library that has what is given; its lines go to `talk`. Resolves with the exit code. */
export function runInLibrary(
  args: readonly string[],
  given: Partial<CliLibrary>,
  { stop, talk }: { readonly stop: AbortController; readonly talk: string[] },
): Promise<number> {
  const library: Partial<CliLibrary> = { newRecoveryKey: null, [Symbol.asyncDispose]: async () => {}, ...given }
  const ports: Partial<CliPorts> = {
    version: '1',
    signal: stop.signal,
    outputFault: async () => null,
    createTerminal: ({ json }) => recordedTerminal({ json, data: [], talk }),
    openLibrary: async () => library as CliLibrary,
  }
  return runCommandLine([...args], ports as CliPorts)
}
