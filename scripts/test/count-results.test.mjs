import { describe, expect, it } from 'vitest'
import { countResults } from './count-results.mjs'

const file = (status, ...tests) => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map((test) => ({ status: test, fullName: `is ${test}` })),
})

describe('counting the results of a suite', () => {
  it.each([
    ['all passed', 0, [file('passed', 'passed', 'passed')], { passed: 2, failed: 0, remarks: 0 }],
    ['one failed', 1, [file('failed', 'passed', 'failed')], { passed: 1, failed: 1, remarks: 1 }],
    ['a skipped test fails', 0, [file('passed', 'passed', 'skipped')], { passed: 1, failed: 1, remarks: 1 }],
    ['a test left to do fails', 0, [file('passed', 'passed', 'todo')], { passed: 1, failed: 1, remarks: 1 }],
    [
      'a file that does not load fails',
      1,
      [file('failed'), file('passed', 'passed')],
      { passed: 1, failed: 1, remarks: 1 },
    ],
    ['a failed hook fails', 1, [file('failed', 'passed')], { passed: 1, failed: 1, remarks: 1 }],
    ['an error outside of all files fails', 1, [file('passed', 'passed')], { passed: 1, failed: 1, remarks: 1 }],
    ['no test at all fails', 0, [], { passed: 0, failed: 1, remarks: 1 }],
  ])('%s', (_, exitCode, testResults, expected) => {
    const { passed, failed, remarks } = countResults('unit', exitCode, { testResults })
    expect({ passed, failed, remarks: remarks.length }).toEqual(expected)
  })

  it('says why a test failed, in a few lines', () => {
    const failureMessages = [['Error: too late', ...Array(40).fill('at somewhere')].join('\n')]
    const failed = { status: 'failed', fullName: 'comes in time', failureMessages }
    const { remarks } = countResults('e2e', 1, {
      testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [failed] }],
    })
    expect(remarks[0]).toMatch(/^e2e: failed: a\.test\.ts > comes in time\n {4}Error: too late\n/)
    expect(remarks[0].split('\n').length).toBeLessThan(15)
  })

  it('a run without a report fails', () => {
    expect(countResults('unit', 1, undefined)).toMatchObject({ passed: 0, failed: 1 })
  })
})
