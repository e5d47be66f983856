import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addressBlock } from './address-block.ts'

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:c000:0207', '192.0.2.7'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:DB8:0:0:ffff:ffff:ffff:ffff', '2001:db8:0:0::/64'],
  ['2001:db8:0:1::', '2001:db8:0:1::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4::/64'],
  ['', ''],
  ['no:address', 'no:address'],
])('counts %s under %s', (address, block) => {
  expect(addressBlock(address)).toBe(block)
})

it('puts two IPv6 addresses together exactly when their first 64 bits are the same', () => {
  const group = fc.integer({ min: 0, max: 65_535 }).map((word) => word.toString(16))
  const half = fc.array(group, { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(half, half, half, half, (one, other, tail, otherTail) => {
      const [a, b] = [[...one, ...tail].join(':'), [...one, ...otherTail].join(':')]
      fc.pre(one.some((word) => word !== '0') && other.some((word) => word !== '0'))
      expect(addressBlock(a)).toBe(addressBlock(b))
      const sameHead = one.join() === other.join()
      expect(addressBlock([...other, ...tail].join(':')) === addressBlock(a)).toBe(sameHead)
    }),
  )
})
