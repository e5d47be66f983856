import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MediaDamagedError, NoSpaceError, PageRefusedError, RateLimitedError, RemoteRefusedError } from './errors.ts'
import { isFinalFailure, jobFailureOf, jobWaitMs } from './job-failure.ts'

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
      const waitMs = jobWaitMs(new Error('broke off'), attempt, chance)
      expect(waitMs).toBeGreaterThanOrEqual(1000)
      expect(waitMs).toBeLessThanOrEqual(300_000)
      expect(jobWaitMs(new Error('broke off'), attempt + 1, chance)).toBeGreaterThanOrEqual(waitMs)
    }),
  )
})

it.each([
  ['a server', (retryAfterMs: number) => new RemoteRefusedError('slower', 429, { retryAfterMs })],
  ['the store', (retryAfterMs: number) => new RateLimitedError('slower', retryAfterMs)],
])('never comes back before the time that %s asked for, and not much later', (_who, errorOf) => {
  const asked = fc.integer({ min: 0, max: 12 * 3_600_000 })
  const attempts = fc.integer({ min: 1, max: 20 })
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(asked, attempts, random, (askedMs, attempt, chance) => {
      const waitMs = jobWaitMs(errorOf(askedMs), attempt, chance)
      expect(waitMs).toBeGreaterThanOrEqual(askedMs)
      expect(waitMs).toBeLessThanOrEqual(Math.max(300_000, askedMs + 2000))
    }),
  )
})

it('waits no longer than a day, whatever a server asks for', () => {
  const error = new RemoteRefusedError('later', 503, { retryAfterMs: 400 * 86_400_000 })
  expect(jobWaitMs(error, 1, 0)).toBe(86_400_000)
})
