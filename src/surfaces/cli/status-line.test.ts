import fc from 'fast-check'
import { expect, it } from 'vitest'
import { statusLine } from './status-line.ts'

const LONG = 'x'.repeat(200)

it('leaves the last column free, and is one line', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 300, unit: fc.constantFrom('x', '\n', '€', '\u001b') }),
      fc.integer({ min: 1, max: 200 }),
      (text, columns) => {
        const line = statusLine(text, columns)
        expect(line.length).toBeLessThan(columns)
        expect(line).not.toMatch(/\n/)
      },
    ),
  )
})

it.each([0, undefined])('takes a terminal whose width is %s for a usual one', (columns) => {
  expect(statusLine(LONG, columns)).toBe('x'.repeat(79))
})
