import { Command, CommanderError } from 'commander'
import type { CliPorts } from './cli-ports.ts'
import type { Verb } from './command.ts'
import { cleanupVerb } from './cleanup.ts'
import { configVerb } from './config.ts'
import { dbStatsVerb } from './db-stats.ts'
import { deleteVerb } from './delete.ts'
import { doctorVerb } from './doctor.ts'
import { downloadVerb } from './download.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { exportVerb } from './export.ts'
import { linksVerb } from './links.ts'
import { listVerb } from './list.ts'
import { rebuildVerb } from './rebuild.ts'
import { serveVerb } from './serve.ts'
import { testBotsVerb } from './test-bots.ts'
import { showError } from './show-error.ts'
import { uploadVerb } from './upload.ts'
import { verifyVerb } from './verify.ts'

const GROUPS: readonly (readonly [title: string, verbs: readonly Verb[]])[] = [
  ['Start', [serveVerb, doctorVerb, configVerb, testBotsVerb]],
  ['Videos', [uploadVerb, downloadVerb, listVerb, linksVerb, deleteVerb, exportVerb]],
  ['Keep safe', [verifyVerb, rebuildVerb, dbStatsVerb, cleanupVerb]],
]

/** Runs one command line and resolves with its exit code; never throws. */
export async function runCommandLine(args: readonly string[], ports: CliPorts): Promise<ExitCode> {
  let exit: ExitCode = EXIT.done
  const program = new Command('telereel')
    .description('Any video file becomes a stream.')
    .version(ports.version)
    .showSuggestionAfterError()
    .exitOverride()
  for (const [title, verbs] of GROUPS) {
    for (const verb of verbs) {
      verb.command.action(async (...parameters: unknown[]) => {
        exit = await runVerb(verb, parameters, ports)
      })
      program.commandsGroup(`${title}:`).addCommand(verb.command)
    }
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return exit
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    throw error
  }
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
    return await verb.run(options, parameters.slice(0, -2).flat() as string[], { ports, terminal })
  } catch (error) {
    return showError(error, terminal)
  }
}
