import { Command, CommanderError, type OutputConfiguration } from 'commander'
import type { CliPorts, MayBeNew } from './cli-ports.ts'
import type { Verb } from './command.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { showError } from './show-error.ts'
import type { Terminal } from './terminal.ts'
import { refuseEmptyOptions, usageError } from './usage-error.ts'
import { wordsOfNewKey } from './words-of-new-key.ts'

/** Loading them all takes longer than what most of them do. */
const VERBS: readonly (readonly [group: string, name: string, load: () => Promise<Verb>])[] = [
  ['Start', 'serve', async () => (await import('./serve.ts')).serveVerb],
  ['Start', 'doctor', async () => (await import('./doctor.ts')).doctorVerb],
  ['Start', 'config', async () => (await import('./config.ts')).configVerb],
  ['Start', 'test-bots', async () => (await import('./test-bots.ts')).testBotsVerb],
  ['Videos', 'upload', async () => (await import('./upload.ts')).uploadVerb],
  ['Videos', 'download', async () => (await import('./download.ts')).downloadVerb],
  ['Videos', 'list', async () => (await import('./list.ts')).listVerb],
  ['Videos', 'links', async () => (await import('./links.ts')).linksVerb],
  ['Videos', 'delete', async () => (await import('./delete.ts')).deleteVerb],
  ['Videos', 'export', async () => (await import('./export.ts')).exportVerb],
  ['Keep safe', 'verify', async () => (await import('./verify.ts')).verifyVerb],
  ['Keep safe', 'rebuild', async () => (await import('./rebuild.ts')).rebuildVerb],
  ['Keep safe', 'db-stats', async () => (await import('./db-stats.ts')).dbStatsVerb],
  ['Keep safe', 'cleanup', async () => (await import('./cleanup.ts')).cleanupVerb],
]

/** Runs one command line and resolves with its exit code; never throws. */
export async function runCommandLine(args: readonly string[], ports: CliPorts): Promise<ExitCode> {
  let exit: ExitCode = EXIT.done
  const program = new Command('telereel')
    .description('Any video file becomes a stream.')
    .version(ports.version)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput(SAYS_NOTHING_OF_ERRORS)
  const named = VERBS.filter(([, name]) => name === args[0])
  for (const [group, , load] of named.length > 0 ? named : VERBS) {
    const verb = await load()
    verb.command.action(async (...parameters: unknown[]) => {
      exit = await runVerb(verb, parameters, ports)
    })
    program.commandsGroup(`${group}:`).addCommand(verb.command.configureOutput(SAYS_NOTHING_OF_ERRORS))
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return exit
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return EXIT.done
    // The help itself, as an answer to nothing.
    if (error.code === 'commander.help') return EXIT.usage
    const [, verb] = named[0] ?? []
    return showError(usageError(error, verb), terminalFor(args, ports))
  }
}

/** We say it ourselves. */
const SAYS_NOTHING_OF_ERRORS: OutputConfiguration = { outputError: () => {} }

/** When the options could not be understood. */
function terminalFor(args: readonly string[], ports: CliPorts): Terminal {
  const [json, debug] = [args.includes('--json'), args.includes('--debug')]
  return ports.createTerminal({ json, debug, quiet: false, color: 'auto', input: false })
}

async function runVerb(verb: Verb, parameters: readonly unknown[], ports: CliPorts): Promise<ExitCode> {
  const options = verb.command.opts()
  const terminal = ports.createTerminal({
    json: options.json === true,
    quiet: options.quiet === true,
    debug: options.debug === true,
    color: options.color,
    input: options.input !== false,
  })
  try {
    refuseEmptyOptions(verb.command)
    const exit = await verb.run(options, parameters.slice(0, -2).flat() as string[], {
      ports: tellingNewKey(ports, terminal),
      terminal,
    })
    const fault = await ports.outputFault()
    return fault && exit === EXIT.done ? showError(fault, terminal) : exit
  } catch (error) {
    return showError(error, terminal)
  }
}

/** Whichever verb opens the library first: the key is shown when it is made, for without it nothing can be read. */
function tellingNewKey(ports: CliPorts, terminal: Terminal): CliPorts {
  const telling = async <Opened extends MayBeNew>(opening: Promise<Opened>) => {
    const opened = await opening
    const words = opened.newRecoveryKey === null ? [] : wordsOfNewKey(opened.newRecoveryKey, terminal)
    for (const line of words) terminal.warn(line)
    return opened
  }
  return {
    ...ports,
    openLibrary: () => telling(ports.openLibrary()),
    openForRebuild: (recoveryKey) => telling(ports.openForRebuild(recoveryKey)),
    doctor: () => telling(ports.doctor()),
  }
}
