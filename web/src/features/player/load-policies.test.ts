import { describe, expect, it } from 'vitest'
import { isAskedAgain } from './load-policies.ts'

describe('what could not be loaded', () => {
  it.each([
    ['without an answer is asked for again, as after a restart of the server', 0, false, 5, true],
    ['for being asked too often is asked for again', 429, false, 5, true],
    ['for a store that is busy is asked for again', 503, true, 5, true],
    ['for the fault of the server is asked for twice more', 500, true, 1, true],
    ['for the fault of the server is not asked for for half a minute', 500, true, 2, false],
    ['because it is not there is not asked for again', 404, false, 0, false],
    ['and is not of the network goes as the player says', undefined, false, 0, false],
    ['is not asked for for ever', 0, true, 6, false],
  ])('%s', (_, status, byDefault, tries, again) => {
    expect(isAskedAgain(tries, 6, status, byDefault)).toBe(again)
  })
})
