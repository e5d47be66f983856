import { expect, it } from 'vitest'
import { AddressRefusedError, NoSpaceError, PageRefusedError, RemoteRefusedError } from '#domain/errors.ts'
import { exitCodeForCode, exitCodeOf } from './exit-code.ts'

it.each([
  [new NoSpaceError('full'), 9],
  [new AddressRefusedError('inside'), 2],
  [new RemoteRefusedError('gone', 404), 6],
  [new RemoteRefusedError('who?', 401), 4],
  [new RemoteRefusedError('wait', 429), 5],
  [new RemoteRefusedError('broken', 503), 5],
  [new PageRefusedError('log in', 'login-needed'), 4],
  [new PageRefusedError('DRM', 'drm'), 6],
  [new PageRefusedError('soon', 'not-begun'), 5],
  [new PageRefusedError('old', 'tool-too-old'), 8],
  [new DOMException('stopped', 'AbortError'), 130],
  [new Error('unexpected'), 1],
])('exits after %s with %i', (error, exit) => {
  expect(exitCodeOf(error)).toBe(exit)
})

it.each([
  ['remote-refused.502', 5],
  ['remote-refused.418', 6],
  ['page-refused.gone', 6],
  ['worker-lost', 1],
])('exits for the code %s with %i', (code, exit) => {
  expect(exitCodeForCode(code)).toBe(exit)
})
