import { expect, it } from 'vitest'
import { allChosen, clickEntry } from './entry-selection.ts'

const SHOWN = [1, 2, 3, 4, 5, 6]
const plain = { shift: false, shown: SHOWN }
const shifted = { shift: true, shown: SHOWN }

it('turns what is clicked', () => {
  const once = clickEntry(allChosen(SHOWN), 3, plain)
  expect([...once.chosen]).toEqual([1, 2, 4, 5, 6])
  expect([...clickEntry(once, 3, plain).chosen].sort((one, other) => one - other)).toEqual(SHOWN)
})

it('gives the whole range the state that the last one gets, in both directions', () => {
  const from5 = clickEntry(allChosen(SHOWN), 5, plain)
  expect([...clickEntry(from5, 2, shifted).chosen]).toEqual([1, 6])
  const none = { chosen: new Set<number>(), anchor: 2 }
  expect([...clickEntry(none, 4, shifted).chosen]).toEqual([2, 3, 4])
})

it('takes no range over what is filtered away', () => {
  const none = { chosen: new Set<number>(), anchor: 1 }
  expect([...clickEntry(none, 6, { shift: true, shown: [1, 4, 6] }).chosen]).toEqual([1, 4, 6])
  expect([...clickEntry({ ...none, anchor: 2 }, 6, { shift: true, shown: [1, 4, 6] }).chosen]).toEqual([6])
})
