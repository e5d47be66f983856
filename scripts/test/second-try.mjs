import { countResults, isBroken } from './count-results.mjs'

/** More than that is no matter of the moment. */
const MOST_FILES = 3

/**
 * The files of tests that are worth a second try, alone: some of our tests watch players and sockets, and a busy machine
 * can fail one of thousands once. None when too much failed for that.
 *
 * @param {import('./count-results.mjs').Report | undefined} report
 * @returns {string[]}
 */
export function worthASecondTry(report) {
  const files = (report?.testResults ?? []).filter(hasFailed).map(({ name }) => name)
  return files.length <= MOST_FILES ? files : []
}

/** @param {import('./count-results.mjs').FileResult} file */
function hasFailed(file) {
  return isBroken(file) || file.assertionResults.some(({ status }) => status === 'failed')
}

/**
 * The outcome of both tries: what the second says counts. What failed at the first is told all the same, because a test
 * that depends on the moment has a fault, or what it tests has.
 *
 * @param {string} suite
 * @param {Try} first
 * @param {Try} second of the files that were worth it
 *
 * @typedef {{ exitCode: number, report: import('./count-results.mjs').Report | undefined }} Try
 */
export function countBothTries(suite, first, second) {
  const before = countResults(suite, first.exitCode, first.report)
  if (!second.report) return before
  const testResults = first.report.testResults.map(
    (file) => second.report.testResults.find(({ name }) => name === file.name) ?? file,
  )
  const after = countResults(suite, second.exitCode, { testResults })
  return { ...after, remarks: [...before.remarks.map((remark) => `first try: ${remark}`), ...after.remarks] }
}
