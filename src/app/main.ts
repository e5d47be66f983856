import { readSources } from '#config/env.ts'
import { createTerminal } from '#surfaces/cli/terminal.ts'
import { runCommandLine } from '#surfaces/cli/program.ts'
import { cliPorts } from './cli-ports-of.ts'
import { stopSignal } from './stop-signal.ts'

/** The default report would hold the environment, and with it every secret. */
if (process.report) process.report.excludeEnv = true

/** Whoever reads us may leave early (`telereel list | head`); the work goes on and its exit code still counts. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const { signal, done } = stopSignal()
process.exitCode = await runCommandLine(process.argv.slice(2), cliPorts(readSources(), signal, createTerminal))
done()
