import { expect, it } from 'vitest'
import { roomCheck } from './room-check.ts'

it.each([
  [62e9, 'good', '/data, 62.0 GB free'],
  [1e9, 'good', '/data, 1.0 GB free'],
  [999_000_000, 'warning', '/data, 999 MB free'],
  [0, 'warning', '/data, 0 B free'],
])('of %i free bytes is %s', (freeBytes, state, detail) => {
  const { fix, ...check } = roomCheck('/data', freeBytes)
  expect(check).toEqual({ name: 'data', state, detail })
  expect(fix !== undefined).toBe(state === 'warning')
})
