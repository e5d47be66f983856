import { describe, expect, it } from 'vitest'
import {
  NoSpaceError,
  RateLimitedError,
  RemoteRefusedError,
  StoreUnavailableError,
  VideoNotFoundError,
} from '#domain/errors.ts'
import { problemOf } from './problem-of.ts'

describe('Retry-After of an answer', () => {
  it.each([
    ['a store that lets us wait', new RateLimitedError('The bots rest.', 41_200), 503, '42'],
    ['one that lets us wait for nothing', new RateLimitedError('The bots rest.', 0), 503, '1'],
    ['a server that was asked for somebody', new RemoteRefusedError('No.', 429, { retryAfterMs: 90_000 }), 502, '90'],
    ['a store that may be back at once', new StoreUnavailableError('No answer.'), 503, '1'],
  ])('is what %s asked for', (_who, error, status, seconds) => {
    const { problem, headers } = problemOf(error, 'a request')
    expect([problem.status, headers['retry-after']]).toEqual([status, seconds])
  })

  it.each([
    [new RemoteRefusedError('No.', 403)],
    [new VideoNotFoundError('None.')],
    [new NoSpaceError('Full.')],
    [new Error('oh')],
  ])('is not there where nobody knows: %s', (error) => {
    expect(problemOf(error, 'a request').headers).toEqual({})
  })
})
