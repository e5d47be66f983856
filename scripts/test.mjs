/**
 * `npm test`: installs what the tests need, builds the page, runs the checks and every suite. Runs on any Node from 20.19
 * on. Arguments are passed to vitest, for a part of the tests without the checks. The last line is the sum of it all.
 */
import { runChecks } from './check/run-checks.mjs'
import { installNpmPackages } from './setup/npm-packages.mjs'
import { buildPage } from './setup/page.mjs'
import { newNode, run, stopWithNpm } from './setup/run.mjs'
import { installSystemPackages, TEST_TOOLS } from './setup/system-packages.mjs'
import { installYtdlp } from './setup/yt-dlp.mjs'
import { runSuite } from './test/run-suite.mjs'

const filters = process.argv.slice(2)

stopWithNpm()
try {
  await installNpmPackages()
  if (filters.length > 0) {
    process.exitCode = await run(newNode(), ['node_modules/vitest/vitest.mjs', 'run', ...filters])
  } else {
    await everything()
  }
} catch (error) {
  console.error(error.stack)
  finish({ passed: 0, failed: 1 })
}

async function everything() {
  const packages = await installSystemPackages(TEST_TOOLS)
  const missing = [...packages, ...(await installYtdlp())]
  await buildPage()
  const checks = await runChecks()
  const suites = []
  for (const suite of ['unit', 'e2e', 'e2e-alone']) suites.push(await runSuite(suite))
  for (const remark of suites.flatMap(({ remarks }) => remarks)) console.log(`✖ ${remark}`)
  if (missing.length > 0) console.log(`✖ Missing for the tests: ${missing.map(({ name }) => name).join(', ')}.`)
  const tools = { passed: 0, failed: missing.length }
  finish(
    [checks, tools, ...suites].reduce((sum, { passed, failed }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
    })),
  )
}

/** The last line is what others read. */
function finish({ passed, failed }) {
  if (failed > 0 || passed === 0) process.exitCode = 1
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
}
