import { describeSettings } from '#config/describe-settings.ts'
import type { Sources } from '#config/env.ts'
import type { CliPorts, TerminalWishes } from '#surfaces/cli/cli-ports.ts'
import type { Terminal, TerminalOptions } from '#surfaces/cli/terminal.ts'
import { configOf, remarksOn } from './config-of.ts'
import { VERSION } from './version.ts'

/** What the process itself gives. */
interface ProcessPorts extends Pick<CliPorts, 'signal' | 'outputFault'> {
  createTerminal(options: TerminalOptions): Terminal
}

/** What the command line may ask of the program. Each verb loads what it needs: none waits, or has memory taken, for the others. */
export function cliPorts(sources: Sources, { signal, outputFault, createTerminal }: ProcessPorts): CliPorts {
  const config = () => configOf(sources).config
  return {
    version: VERSION,
    signal,
    outputFault,
    createTerminal: (wishes: TerminalWishes) =>
      createTerminal({ ...wishes, noColor: (sources.environment.NO_COLOR ?? '') !== '' }),
    settings: () => describeSettings(sources),
    remarks: () => remarksOn(sources),
    lookAt: async (url, identity) => {
      const { lookAtAddress } = await import('./look-at-address.ts')
      return lookAtAddress(config(), url, identity, signal)
    },
    downloadToFile: async (request, options) => {
      const { downloadToFile } = await import('./download-to-file.ts')
      return downloadToFile(config(), request, options)
    },
    openLibrary: async () => {
      const { openCliLibrary } = await import('./cli-library.ts')
      return openCliLibrary(config(), signal)
    },
    serve: async (terminal) => {
      for (const notice of configOf(sources).notices) terminal.warn(`! ${notice}`)
      const { serve } = await import('./serve.ts')
      await serve(config(), terminal, { signal, settings: () => describeSettings(sources) })
    },
    openForRebuild: async (recoveryKey) => {
      const { openForRebuild } = await import('./open-for-rebuild.ts')
      return openForRebuild(config(), recoveryKey, signal)
    },
    doctor: async () => {
      const { doctor } = await import('./doctor.ts')
      return doctor(sources)
    },
    async *measureLive() {
      const { measureLive } = await import('./measure-live.ts')
      yield* measureLive(config(), signal)
    },
    async *testBots() {
      const { testBots } = await import('./test-bots.ts')
      yield* testBots(config(), signal)
    },
    recoveryKey: async () => {
      const { recoveryKeyOf } = await import('./recovery-key-of.ts')
      return recoveryKeyOf(config())
    },
  }
}
