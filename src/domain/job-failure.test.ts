import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MediaDamagedError, NoSpaceError, PageRefusedError, RemoteRefusedError } from './errors.ts'
import { isFinalFailure, jobBackOffMs, jobFailureOf } from './job-failure.ts'

it.each([
  [new MediaDamagedError('cut short'), 1, true],
  [new NoSpaceError('full'), 4, false],
  [new NoSpaceError('full'), 5, false],
  [new NoSpaceError('full'), 500, false],
  [new Error('unexpected'), 1, false],
  ['thrown text', 5, true],
])('knows whether %s on attempt %i of 5 is final: %s', (error, attempt, final) => {
  expect(isFinalFailure(error, attempt, 5)).toBe(final)
})

it.each([
  [new NoSpaceError('full'), { code: 'no-space', message: 'full' }],
  [
    new NoSpaceError('Full', { why: 'no room', fix: 'Free some.' }),
    { code: 'no-space', message: 'Full. no room. Free some.' },
  ],
  [new PageRefusedError('Sign in', 'login-needed'), { code: 'page-refused.login-needed', message: 'Sign in' }],
  [new RemoteRefusedError('No', 403), { code: 'remote-refused.403', message: 'No' }],
  [new Error('oh'), { code: 'internal', message: 'oh' }],
  ['text', { code: 'internal', message: 'text' }],
])('says %s in words', (error, words) => {
  expect(jobFailureOf(error)).toEqual(words)
})

it('waits longer after each failure, up to five minutes', () => {
  const attempts = fc.integer({ min: 1, max: 1000 })
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(attempts, random, (attempt, chance) => {
      const waitMs = jobBackOffMs(attempt, chance)
      expect(waitMs).toBeGreaterThanOrEqual(1000)
      expect(waitMs).toBeLessThanOrEqual(300_000)
      expect(jobBackOffMs(attempt + 1, chance)).toBeGreaterThanOrEqual(waitMs)
    }),
  )
})
