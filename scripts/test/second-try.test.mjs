import { describe, expect, it } from 'vitest'
import { countBothTries, worthASecondTry } from './second-try.mjs'

const test = (status) => ({
  status,
  fullName: `is ${status}`,
  failureMessages: status === 'failed' ? ['too late'] : [],
})
const file = (name, ...tests) => ({ name, status: 'passed', assertionResults: tests.map(test) })
const report = (...testResults) => ({ testResults })

describe('a second try', () => {
  it('is for the files that failed', () => {
    const first = report(file('a', 'passed'), file('b', 'passed', 'failed'), {
      ...file('c', 'passed'),
      status: 'failed',
    })
    expect(worthASecondTry(first)).toEqual(['b', 'c'])
  })

  it('is not for what was skipped, nor for a run without a report', () => {
    expect(worthASecondTry(report(file('a', 'skipped')))).toEqual([])
    expect(worthASecondTry(undefined)).toEqual([])
  })

  it('is not for a product that is broken', () => {
    expect(worthASecondTry(report(...['a', 'b', 'c', 'd'].map((name) => file(name, 'failed'))))).toEqual([])
  })

  const first = { exitCode: 1, report: report(file('a', 'passed'), file('b', 'passed', 'failed')) }

  it('counts, and tells what failed before', () => {
    const second = { exitCode: 0, report: report(file('b', 'passed', 'passed')) }
    expect(countBothTries('e2e', first, second)).toEqual({
      passed: 3,
      failed: 0,
      remarks: ['first try: e2e: failed: b > is failed\n    too late'],
    })
  })

  it('saves nothing that fails again', () => {
    const second = { exitCode: 1, report: report(file('b', 'failed', 'passed')) }
    expect(countBothTries('e2e', first, second)).toMatchObject({ passed: 2, failed: 1 })
  })

  it('saves nothing when it ends without a report', () => {
    expect(countBothTries('e2e', first, { exitCode: 128, report: undefined })).toMatchObject({ passed: 2, failed: 1 })
  })
})
