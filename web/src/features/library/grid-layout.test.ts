import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GRID_GAP, layOutGrid, placeOf, windowOf } from './grid-layout.ts'

const width = fc.integer({ min: 280, max: 4000 })

describe('layOutGrid', () => {
  it('fills the width exactly, with two columns on a phone', () => {
    expect(layOutGrid(358).columns).toBe(2)
    fc.assert(
      fc.property(width, (given) => {
        const { columns, cardWidth } = layOutGrid(given)
        expect(columns * cardWidth + (columns - 1) * GRID_GAP).toBeCloseTo(given, 6)
        expect(cardWidth).toBeGreaterThan(130)
      }),
    )
  })
})

describe('windowOf', () => {
  it('draws every card that can be seen, and few more', () => {
    const scene = fc.record({
      width,
      total: fc.nat(20_000),
      top: fc.integer({ min: -500, max: 3_000_000 }),
      view: fc.integer({ min: 300, max: 3000 }),
    })
    fc.assert(
      fc.property(scene, ({ width: given, total, top, view }) => {
        const layout = layOutGrid(given)
        const { first, end, offset } = windowOf(total, layout, top, view)
        expect(first % layout.columns).toBe(0)
        expect(offset).toBe((first / layout.columns) * layout.rowHeight)
        expect(end - first).toBeLessThanOrEqual((Math.ceil(view / layout.rowHeight) + 6) * layout.columns)
        for (let index = 0; index < total; index += Math.max(1, Math.floor(total / 200))) {
          const y = Math.floor(index / layout.columns) * layout.rowHeight - top
          const isSeen = y + layout.rowHeight > 0 && y < view
          if (isSeen) expect(index >= first && index < end).toBe(true)
        }
      }),
    )
  })
})

describe('placeOf', () => {
  it('leaves out exactly the gaps, in order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(30)), (found) => {
        const gaps = found.toSorted((a, b) => a - b)
        const places = Array.from({ length: 31 - gaps.length }, (_, index) => placeOf(index, gaps))
        expect(places).toEqual(Array.from({ length: 31 }, (_, place) => place).filter((place) => !gaps.includes(place)))
      }),
    )
  })
})
