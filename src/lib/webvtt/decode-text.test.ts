import { describe, expect, it } from 'vitest'
import { decodeText } from './decode-text.ts'

const utf16be = (text: string) => Uint8Array.from([0xfe, 0xff, ...Buffer.from(text, 'utf16le').swap16()])

describe('decodeText', () => {
  it.each([
    ['UTF-8', Buffer.from('Grüße 字'), 'Grüße 字', 'utf-8'],
    ['UTF-8 with BOM', Buffer.from('\ufeffGrüße'), 'Grüße', 'utf-8'],
    ['UTF-16 little-endian', Buffer.from('\ufeffGrüße 字', 'utf16le'), 'Grüße 字', 'utf-16le'],
    ['UTF-16 big-endian', utf16be('Grüße 字'), 'Grüße 字', 'utf-16be'],
    ['windows-1252', Uint8Array.of(0x47, 0x72, 0xfc, 0xdf, 0x65, 0x20, 0x80, 0x93), 'Grüße €“', 'windows-1252'],
    ['broken UTF-8', Uint8Array.of(0xc3, 0x28), 'Ã(', 'windows-1252'],
    ['half a UTF-16 character', Uint8Array.of(0xff, 0xfe, 0x41), '\ufffd', 'utf-16le'],
    ['nothing', Uint8Array.of(), '', 'utf-8'],
  ])('reads %s', (_name, bytes, text, encoding) => {
    expect(decodeText(bytes)).toEqual({ text, encoding })
  })
})
