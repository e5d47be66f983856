/**
 * The outcome of a run of vitest, from its JSON report. Whatever did not run counts as failed: a suite that was skipped
 * proves nothing. So does a run that ended badly without a failed test, or had no test at all. Every failure is a remark,
 * so that the end of the output says what failed, and why.
 *
 * @param {string} suite
 * @param {number} exitCode
 * @param {Report | undefined} report
 * @returns {{ passed: number, failed: number, remarks: string[] }}
 *
 * @typedef {{ testResults: readonly FileResult[] }} Report
 * @typedef {{ name: string, status: string, message?: string, assertionResults: readonly TestResult[] }} FileResult
 * @typedef {{ status: string, fullName: string, failureMessages?: readonly string[] }} TestResult
 */
export function countResults(suite, exitCode, report) {
  if (!report)
    return { passed: 0, failed: 1, remarks: [`${suite}: vitest ended with ${exitCode} and wrote no report.`] }
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map((test) => ({ ...test, title: `${name} > ${test.fullName}` })),
  )
  const passed = tests.filter(({ status }) => status === 'passed').length
  const failed = tests.filter(({ status }) => status === 'failed')
  const notRun = tests.filter(({ status }) => status !== 'passed' && status !== 'failed')
  const broken = report.testResults.filter(isBroken)
  const remarks = [
    ...failed.map(({ title, failureMessages = [] }) => `${suite}: failed: ${title}${indented(failureMessages[0])}`),
    ...notRun.map(({ title }) => `${suite}: not run: ${title}`),
    ...broken.map(({ name, message }) => `${suite}: failed outside of its tests: ${name}${indented(message)}`),
    ...(tests.length === 0 ? [`${suite}: no test ran.`] : []),
  ]
  const counted = failed.length + notRun.length + broken.length
  const silent = counted === 0 && (tests.length === 0 || exitCode !== 0)
  if (silent && tests.length > 0) remarks.push(`${suite}: vitest ended with ${exitCode} although every test passed.`)
  return { passed, failed: counted + (silent ? 1 : 0), remarks }
}

/** The file did not load, or one of its hooks failed. @param {FileResult} file */
export function isBroken({ status, assertionResults }) {
  return (
    assertionResults.length === 0 || (status === 'failed' && assertionResults.every((test) => test.status === 'passed'))
  )
}

const LINES_SHOWN = 12

/** Without the way through vitest. @param {string} [reason] */
function indented(reason = '') {
  const lines = reason
    .split('\n')
    .filter((line) => !line.includes('node_modules'))
    .slice(0, LINES_SHOWN)
  return lines.map((line) => `\n    ${line}`).join('')
}
