import { describe, expect, it } from 'vitest'
import { problemLines } from './problem-lines.ts'

const lost = (trackName: string, startSec: number, endSec: number, why = 'pack 1 is gone') => ({
  ...{ trackName, startSec, endSec },
  message: `Track ${trackName}, 00:00:${pad(startSec)}–00:00:${pad(endSec)}: ${why}`,
})
const pad = (sec: number) => String(Math.floor(sec)).padStart(2, '0')

describe('problemLines', () => {
  it('joins what follows one another in a track for the same reason', () => {
    const problems = [lost('v0', 0, 6), lost('v0', 6, 12.0000001), lost('v0', 12, 18)]
    expect(problemLines(problems)).toEqual(['Track v0, 00:00:00–00:00:18: pack 1 is gone'])
  })

  it.each([
    ['a stretch between them is whole', [lost('v0', 0, 6), lost('v0', 12, 18)]],
    ['they are of two tracks', [lost('v0', 0, 6), lost('a0', 6, 12)]],
    ['their reasons differ', [lost('v0', 0, 6), lost('v0', 6, 12, 'its hash is another')]],
    [
      'they have no times',
      [{ message: 'poster.jpg: pack 1 is gone', trackName: null, startSec: null, endSec: null }, lost('v0', 0, 6)],
    ],
  ])('leaves them apart where %s', (_, problems) => {
    expect(problemLines(problems)).toEqual(problems.map(({ message }) => message))
  })

  it('has nothing to say of nothing', () => {
    expect(problemLines([])).toEqual([])
  })
})
