import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../setup/root.mjs'
import { newNode, run } from '../setup/run.mjs'
import { countResults } from './count-results.mjs'
import { countBothTries, worthASecondTry } from './second-try.mjs'

/**
 * Runs one project of vitest and counts. The few files that fail are tried once more, one after the other.
 *
 * @param {string} suite its name in vitest.config.ts
 */
export async function runSuite(suite) {
  const first = await tryOnce(suite)
  const files = worthASecondTry(first.report)
  if (files.length === 0) return countResults(suite, first.exitCode, first.report)
  console.log(`Tried once more, alone: ${files.join(', ')}`)
  return countBothTries(suite, first, await tryOnce(suite, ['--no-file-parallelism', ...files]))
}

/**
 * @param {string} suite
 * @param {readonly string[]} args passed on to vitest
 */
async function tryOnce(suite, args = []) {
  const path = join(root, 'node_modules', '.cache', 'telereel', `vitest-${suite}-${process.pid}.json`)
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${path}`]
  const exitCode = await run(newNode(), [vitest, 'run', '--project', suite, ...reporters, ...args])
  const report = readReport(path)
  rmSync(path, { force: true })
  return { exitCode, report }
}

/** @param {string} path */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
