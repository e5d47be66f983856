import { readSources } from '#config/env.ts'
import { createTerminal } from '#surfaces/cli/terminal.ts'
import { runCommandLine } from '#surfaces/cli/program.ts'
import { cliPorts } from './cli-ports-of.ts'
import { stopSignal } from './stop-signal.ts'
import { watchOutput } from './watch-output.ts'

/** The default report would hold the environment, and with it every secret. */
if (process.report) process.report.excludeEnv = true

const outputFault = watchOutput()
const { signal, done } = stopSignal()
const ports = cliPorts(readSources(), { signal, outputFault, createTerminal })
process.exitCode = await runCommandLine(process.argv.slice(2), ports)
done()
