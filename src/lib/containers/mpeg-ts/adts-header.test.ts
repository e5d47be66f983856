import { describe, expect, it } from 'vitest'
import { adtsHeaderMaker } from './adts-header.ts'

describe('adtsHeaderMaker', () => {
  it.each([
    ['AAC-LC, 48 kHz, stereo', [0x11, 0x90], 100, [0xff, 0xf1, 0x4c, 0x80, 0x0d, 0x7f, 0xfc]],
    ['AAC-LC, 44.1 kHz, 5.1', [0x12, 0x30], 1000, [0xff, 0xf1, 0x51, 0x80, 0x7d, 0xff, 0xfc]],
    [
      'HE-AAC told in front, 24 kHz beneath 48 kHz',
      [0x2b, 0x11, 0x88, 0x00],
      93,
      [0xff, 0xf1, 0x58, 0x80, 0x0c, 0x9f, 0xfc],
    ],
  ])('describes %s', (_, config, frameLength, header) => {
    expect([...adtsHeaderMaker(Uint8Array.from(config))(frameLength)]).toEqual(header)
  })

  it.each([
    ['a channel layout that ADTS has no number for', [0x11, 0x80]],
    ['a sampling rate written out', [0x17, 0x80, 0x5d, 0xc0, 0x10]],
    ['frames of 960 samples', [0x11, 0x94]],
    ['xHE-AAC', [0xf9, 0x48, 0x40, 0x00]],
  ])('refuses %s', (_, config) => {
    expect(() => adtsHeaderMaker(Uint8Array.from(config))).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })

  it('refuses frames that are longer than the header can tell', () => {
    const header = adtsHeaderMaker(Uint8Array.of(0x11, 0x90))
    expect(() => header(8185)).toThrow(expect.objectContaining({ code: 'unrepresentable' }))
    expect([...header(8184)].slice(3, 6)).toEqual([0x83, 0xff, 0xff])
  })
})
