import { describe, expect, it } from 'vitest'
import { joinProblems, problemLine } from './problem-lines.ts'

const lost = (trackName: string, startSec: number, endSec: number, why = 'pack 1 is gone') =>
  ({ trackName, startSec, endSec, why }) as const
const poster = { trackName: null, attachmentName: 'poster.jpg', why: 'pack 1 is gone' } as const

describe('joinProblems', () => {
  it('makes one of what follows one another in a track for the same reason', () => {
    expect(joinProblems([lost('v0', 0, 6), lost('v0', 6, 12.0000001), lost('v0', 12, 18)])).toEqual([lost('v0', 0, 18)])
  })

  it.each([
    ['a stretch between them is whole', [lost('v0', 0, 6), lost('v0', 12, 18)]],
    ['they are of two tracks', [lost('v0', 0, 6), lost('a0', 6, 12)]],
    ['their reasons differ', [lost('v0', 0, 6), lost('v0', 6, 12, 'its hash is another')]],
    ['they have no times', [poster, poster, lost('v0', 0, 6)]],
  ])('leaves them apart where %s', (_, problems) => {
    expect(joinProblems(problems)).toEqual(problems)
  })

  it('has nothing to say of nothing', () => {
    expect(joinProblems([])).toEqual([])
  })
})

describe('problemLine', () => {
  it('names the track with the times, or the file', () => {
    expect(problemLine(lost('a1', 724.9, 3751))).toBe('Track a1, 00:12:04–01:02:31: pack 1 is gone')
    expect(problemLine(poster)).toBe('poster.jpg: pack 1 is gone')
  })
})
