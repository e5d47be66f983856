/**
 * The outcome of a run of vitest, from its JSON report. Whatever did not run counts as failed: a suite that was skipped
 * proves nothing. So does a run that ended badly without a failed test, or had no test at all.
 *
 * @param {string} suite
 * @param {number} exitCode
 * @param {{ testResults: readonly { name: string, status: string, assertionResults: readonly { status: string, fullName: string }[] }[] } | undefined} report
 * @returns {{ passed: number, failed: number, remarks: string[] }}
 */
export function countResults(suite, exitCode, report) {
  if (!report)
    return { passed: 0, failed: 1, remarks: [`${suite}: vitest ended with ${exitCode} and wrote no report.`] }
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ status, fullName }) => ({ status, title: `${name} > ${fullName}` })),
  )
  const passed = tests.filter(({ status }) => status === 'passed').length
  const failed = tests.filter(({ status }) => status === 'failed').length
  const notRun = tests.filter(({ status }) => status !== 'passed' && status !== 'failed')
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      assertionResults.length === 0 ||
      (status === 'failed' && assertionResults.every((test) => test.status === 'passed')),
  )
  const remarks = [
    ...notRun.map(({ title }) => `${suite}: not run: ${title}`),
    ...broken.map(({ name }) => `${suite}: failed outside of its tests: ${name}`),
    ...(tests.length === 0 ? [`${suite}: no test ran.`] : []),
  ]
  const counted = failed + notRun.length + broken.length
  const silent = counted === 0 && (tests.length === 0 || exitCode !== 0)
  if (silent && tests.length > 0) remarks.push(`${suite}: vitest ended with ${exitCode} although every test passed.`)
  return { passed, failed: counted + (silent ? 1 : 0), remarks }
}
