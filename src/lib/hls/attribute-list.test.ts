import { describe, expect, it } from 'vitest'
import { parseAttributeList } from './attribute-list.ts'

describe('parseAttributeList (trap 3)', () => {
  it.each([
    ['A=1,B="x"', { A: '1', B: 'x' }, 0],
    ['A=1, B="x"', { A: '1', B: 'x' }, 1],
    ['A=1,B="x",', { A: '1', B: 'x' }, 1],
    [',A=1', { A: '1' }, 1],
    ['A="a,b,c",B=2', { A: 'a,b,c', B: '2' }, 0],
    ['A="k=v",B=k=v', { A: 'k=v', B: 'k=v' }, 0],
    ['A=0xabCD', { A: '0xabCD' }, 0],
    ['A=1,A=2', { A: '1' }, 1],
    ['A="open,B=2', { A: 'open,B=2' }, 1],
    ['A="x"y,B=2', { A: 'x', B: '2' }, 1],
    ['A=,B=', { A: '', B: '' }, 0],
    ['A', {}, 1],
    ['A,B=1', { B: '1' }, 1],
    ['a=1', { a: '1' }, 1],
    ['=1', { '': '1' }, 1],
    ['A = "x" ,B=1', { A: 'x', B: '1' }, 1],
    ['', {}, 0],
  ])('reads %s', (text, expected, faults) => {
    const reports: string[] = []
    const list = parseAttributeList(text, (fault) => reports.push(fault))
    expect(Object.fromEntries([...list].map(([name, { value }]) => [name, value]))).toEqual(expected)
    expect(reports).toHaveLength(faults)
  })

  it('knows what was quoted', () => {
    const list = parseAttributeList('A="NONE",B=NONE', () => {})
    expect([list.get('A')?.quoted, list.get('B')?.quoted]).toEqual([true, false])
  })

  it('does not slow down with the square of the length', () => {
    const seconds = (text: string) => {
      const start = performance.now()
      parseAttributeList(text, () => {})
      return performance.now() - start
    }
    seconds(','.repeat(50_000))
    const short = Math.max(seconds(`${','.repeat(100_000)}=`), 1)
    expect(seconds(`${','.repeat(1_000_000)}=`) / short).toBeLessThan(60)
  })
})
