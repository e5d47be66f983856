import fc from 'fast-check'
import { expect, it } from 'vitest'
import { printable } from './printable.ts'

const PLAIN = { colored: false }
const COLORED = { colored: true }

it.each([
  ['Grüße 映画 🎬\nsecond line', 'Grüße 映画 🎬\nsecond line'],
  ['\u001b[31mred\u001b[39m', 'red'],
  ['\u001b]0;title\u0007x', '\ufffd]0;title\ufffdx'],
  ['a\r\u001b[2Kb', 'a\ufffd\ufffd[2Kb'],
  ['c1 \u009b2J', 'c1 \ufffd2J'],
])('shows %j as %j where there are no colours', (text, shown) => {
  expect(printable(text, PLAIN)).toBe(shown)
})

it('lets colours through, and nothing else, where they are shown', () => {
  expect(printable('\u001b[1;31mred\u001b[0m \u001b[2J', COLORED)).toBe('\u001b[1;31mred\u001b[0m \ufffd[2J')
})

it('leaves no control character but line feeds', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCharCode(code)) }),
      (text) => {
        expect(printable(text, PLAIN)).toMatch(/^[\n\u0020-\u007e\u00a0-\u00ff\ufffd]*$/)
      },
    ),
  )
})
