import { describe, expect, it } from 'vitest'
import { isInstalled } from './npm-packages.mjs'

const wanted = {
  '': { version: '1.0.0' },
  web: { version: '1.0.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/other-platform': { version: '1.0.0', integrity: 'sha512-b', optional: true },
}
const installed = { 'node_modules/a': wanted['node_modules/a'] }

describe('the packages of npm', () => {
  it('are there when each one that must be there is there', () => {
    expect(isInstalled(wanted, installed)).toBe(true)
  })

  it.each([
    ['nothing is installed', undefined],
    ['one is missing', {}],
    ['one has another version', { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }],
    ['one has other content', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' } }],
    ['an optional one is outdated', { ...installed, 'node_modules/other-platform': { version: '0.9.0' } }],
  ])('are not there when %s', (_, found) => {
    expect(isInstalled(wanted, found)).toBe(false)
  })
})
