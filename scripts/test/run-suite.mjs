import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../setup/root.mjs'
import { newNode, run } from '../setup/run.mjs'
import { countResults } from './count-results.mjs'

/**
 * Runs one project of vitest and counts.
 *
 * @param {string} suite its name in vitest.config.ts
 * @param {readonly string[]} args passed on to vitest
 */
export async function runSuite(suite, args = []) {
  const report = join(root, 'node_modules', '.cache', 'telereel', `vitest-${suite}-${process.pid}.json`)
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const code = await run(newNode(), [vitest, 'run', '--project', suite, ...reporters, ...args])
  const results = countResults(suite, code, readReport(report))
  rmSync(report, { force: true })
  return results
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
