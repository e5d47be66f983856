import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { whyAddressIsRefused } from './why-address-is-refused.ts'

/** First and last address of each IPv4 range that is not for everybody (IANA), worked out by hand. */
const CLOSED_V4: readonly (readonly [string, string])[] = [
  ['0.0.0.0', '0.255.255.255'],
  ['10.0.0.0', '10.255.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['127.0.0.0', '127.255.255.255'],
  ['169.254.0.0', '169.254.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.255'],
  ['192.0.2.0', '192.0.2.255'],
  ['192.88.99.0', '192.88.99.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['198.18.0.0', '198.19.255.255'],
  ['198.51.100.0', '198.51.100.255'],
  ['203.0.113.0', '203.0.113.255'],
  ['224.0.0.0', '255.255.255.255'],
]

const closedV4 = fc
  .constantFrom(...CLOSED_V4)
  .chain(([first, last]) => fc.integer({ min: numberOf(first), max: numberOf(last) }))

describe('whyAddressIsRefused', () => {
  it('refuses every IPv4 address of the closed ranges, bare and wrapped in IPv6', () => {
    fc.assert(
      fc.property(closedV4, (number) => {
        const hex = `${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`
        for (const address of [
          textOf(number),
          `::ffff:${textOf(number)}`,
          `::ffff:${hex}`,
          `::${hex}`,
          `64:ff9b::${hex}`,
          `64:ff9b:1::${hex}`,
          `2002:${hex}::1`,
          `::ffff:0:${hex}`,
        ]) {
          expect(whyAddressIsRefused(address), address).not.toBeNull()
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('lets the addresses right beside the closed ranges pass', () => {
    const beside = CLOSED_V4.flatMap(([first, last]) => [numberOf(first) - 1, numberOf(last) + 1])
    const open = beside.filter((number) => number > 0 && number < 2 ** 32 && !isClosed(number))
    expect(open.length).toBeGreaterThan(20)
    for (const number of open) expect(whyAddressIsRefused(textOf(number)), textOf(number)).toBeNull()
  })

  it('takes no IPv6 address outside 2000::/3 but wrapped public IPv4 ones', () => {
    const part = fc.integer({ min: 0, max: 0xffff })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff }),
        fc.tuple(part, part, part, part, part, part, part),
        (first, rest) => {
          fc.pre(first >>> 13 !== 1 && !(first === 0x64 && rest[0] === 0xff9b) && first !== 0)
          expect(whyAddressIsRefused([first, ...rest].map((word) => word.toString(16)).join(':'))).not.toBeNull()
        },
      ),
    )
  })

  it.each([
    '8.8.8.8',
    '93.184.215.14',
    '2606:4700:4700::1111',
    '2a00:1450:4001:81b::200e',
    '64:ff9b::808:808',
    '::ffff:8.8.8.8',
  ])('lets %s pass', (address) => expect(whyAddressIsRefused(address)).toBeNull())

  it.each([
    '',
    'localhost',
    '127.1',
    '0x7f.1',
    '1.2.3',
    '1.2.3.4.5',
    '[::1]',
    'fe80::1%lo',
    '2001:4860::1%eth0',
    '8.8.8.8 ',
    '08.8.8.8',
  ])('refuses %j, which is no address in its plain form', (text) => expect(whyAddressIsRefused(text)).not.toBeNull())

  it('refuses any other text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(whyAddressIsRefused(`${text}x`)).not.toBeNull()
      }),
    )
  })
})

function isClosed(number: number): boolean {
  return CLOSED_V4.some(([first, last]) => number >= numberOf(first) && number <= numberOf(last))
}

function numberOf(address: string): number {
  return address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0)
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.')
}
