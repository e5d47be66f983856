/** `npm run check`: every rule a machine can hold us to. Names of checks as arguments run only those. */
import { runChecks } from './check/run-checks.mjs'

const { passed, failed } = await runChecks(process.argv.slice(2))
console.log(`${passed} checks passed, ${failed} failed`)
if (failed > 0 || passed === 0) process.exitCode = 1
