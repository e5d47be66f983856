import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isInstalled } from './npm-packages.mjs'
import { root } from './root.mjs'

const wanted = {
  '': { version: '1.0.0' },
  web: { version: '1.0.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/other-platform': { version: '1.0.0', integrity: 'sha512-b', optional: true },
}
const installed = { 'node_modules/a': wanted['node_modules/a'] }

describe('the packages of npm', () => {
  it('are locked by content, without the address of a registry', () => {
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
    expect(lock).toContain('"integrity": "sha512-')
    expect(lock).not.toContain('://registry')
    expect(lock).not.toMatch(/"resolved": "https?:/)
  })

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
