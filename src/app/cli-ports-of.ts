import { describeSettings } from '#config/describe-settings.ts'
import type { Sources } from '#config/env.ts'
import type { CliPorts, TerminalWishes } from '#surfaces/cli/cli-ports.ts'
import type { Terminal, TerminalOptions } from '#surfaces/cli/terminal.ts'
import { openCliLibrary } from './cli-library.ts'
import { configOf } from './config-of.ts'
import { doctor } from './doctor.ts'
import { measureLive } from './measure-live.ts'
import { openForRebuild } from './open-for-rebuild.ts'
import { recoveryKeyOf } from './recovery-key-of.ts'
import { testBots } from './test-bots.ts'
import { VERSION } from './version.ts'

/** What the command line may ask of the program. */
export function cliPorts(
  sources: Sources,
  signal: AbortSignal,
  createTerminal: (options: TerminalOptions) => Terminal,
): CliPorts {
  return {
    version: VERSION,
    signal,
    createTerminal: (wishes: TerminalWishes) =>
      createTerminal({ ...wishes, noColor: (sources.environment.NO_COLOR ?? '') !== '' }),
    settings: () => describeSettings(sources),
    // The way out is a program of its own size; the other verbs begin sooner without it.
    lookAt: async (url, identity) => {
      const { lookAt } = await import('./download-to-file.ts')
      return lookAt(configOf(sources).config, url, identity, signal)
    },
    downloadToFile: async (request, options) => {
      const { downloadToFile } = await import('./download-to-file.ts')
      return downloadToFile(configOf(sources).config, request, options)
    },
    openLibrary: () => openCliLibrary(configOf(sources).config, signal),
    serve: async (terminal) => {
      const { config, notices } = configOf(sources)
      for (const notice of notices) terminal.warn(`! ${notice}`)
      // The HTTP server is most of the program; the other verbs begin sooner without it.
      const { serve } = await import('./serve.ts')
      await serve(config, terminal, signal)
    },
    openForRebuild: (recoveryKey) => openForRebuild(configOf(sources).config, recoveryKey, signal),
    doctor: () => doctor(sources),
    measureLive: () => measureLive(configOf(sources).config, signal),
    testBots: () => testBots(configOf(sources).config, signal),
    recoveryKey: () => recoveryKeyOf(configOf(sources).config),
  }
}
