import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentDisposition } from './content-disposition.ts'
import { safeFileName } from './safe-file-name.ts'
import { stripControls } from './strip-controls.ts'

describe('stripControls', () => {
  it.each([
    ['a\u202egpm.exe', 'agpm.exe'],
    ['a\r\nSet-Cookie: x', 'a Set-Cookie: x'],
    ['a\u0000b\u001b[31mc\u007f\u0085d', 'ab[31mc d'],
    ['\ufeffa\u2066b\u2069\u200f', 'ab'],
    ['line\u2028para\u2029end', 'line para end'],
    ['lone \ud800 half', 'lone \ufffd half'],
    ['👩‍👩‍👧 نمی‌خواهم', '👩‍👩‍👧 نمی‌خواهم'],
  ])('%j becomes %j', (text, expected) => {
    expect(stripControls(text)).toBe(expected)
  })
})

describe('safeFileName', () => {
  it.each([
    ['Amélie (2001).mkv', 'Amélie (2001).mkv'],
    ['千と千尋の神隠し.mp4', '千と千尋の神隠し.mp4'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['..\\..\\win.ini', '_.._win.ini'],
    ['C:\\film.mp4', 'C__film.mp4'],
    ['a<b>c:d"e|f?g*h.mp4', 'a_b_c_d_e_f_g_h.mp4'],
    ['name... ', 'name'],
    ['  .hidden', 'hidden'],
    ['a \t\n b', 'a b'],
    ['CON', '_CON'],
    ['con.mp4', '_con.mp4'],
    ['Aux .tar.gz', '_Aux .tar.gz'],
    ['COM1.mkv', '_COM1.mkv'],
    ['LPT².mkv', '_LPT².mkv'],
    ['console.mp4', 'console.mp4'],
    ['Com.mp4', 'Com.mp4'],
    ['e\u0301.mp4', 'é.mp4'],
    ['', 'video'],
    ['..', 'video'],
    [' . ', 'video'],
    ['\u0000\u202e', 'video'],
  ])('%j becomes %j', (title, expected) => {
    expect(safeFileName(title)).toBe(expected)
  })

  it('cuts long names between characters and keeps the extension', () => {
    const name = safeFileName(`${'ü'.repeat(300)}.mkv`)
    expect(Buffer.byteLength(name)).toBe(240)
    expect(name).toMatch(/^ü+\.mkv$/)
    expect(safeFileName('𝒳'.repeat(300))).toBe('𝒳'.repeat(60))
  })

  it('is short, free of refused characters and stable for any title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (title) => {
        const name = safeFileName(title)
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(240)
        expect(name).toMatch(/^[^<>:"/\\|?*.\s][^<>:"/\\|?*]*$/)
        expect(name).not.toMatch(/[.\s]$/)
        expect(stripControls(name)).toBe(name)
        expect(safeFileName(name)).toBe(name)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('contentDisposition', () => {
  it.each([
    ['attachment', 'film.mp4', 'attachment; filename="film.mp4"'],
    ['inline', 'a b.mp4', 'inline; filename="a b.mp4"'],
    ['attachment', 'Amélie.mkv', `attachment; filename="Amelie.mkv"; filename*=UTF-8''Am%C3%A9lie.mkv`],
    ['attachment', '€ 100%.mp4', `attachment; filename="_ 100_.mp4"; filename*=UTF-8''%E2%82%AC%20100%25.mp4`],
    ['attachment', "it's (*).mp4", `attachment; filename="it's (_).mp4"`],
    [
      'attachment',
      "été (x)'.mp4",
      `attachment; filename="ete (x)'.mp4"; filename*=UTF-8''%C3%A9t%C3%A9%20%28x%29%27.mp4`,
    ],
    ['attachment', 'a";\r\nX: y.mp4', 'attachment; filename="a_; X_ y.mp4"'],
    ['attachment', 'a／b.mp4', `attachment; filename="a_b.mp4"; filename*=UTF-8''a%EF%BC%8Fb.mp4`],
    ['attachment', '', 'attachment; filename="video"'],
  ] as const)('%s %j', (type, name, expected) => {
    expect(contentDisposition(type, name)).toBe(expected)
  })

  it('is one printable ASCII header whose extended name decodes to the safe name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (title) => {
        const header = contentDisposition('attachment', title)
        const match = /^attachment; filename="([^"\\%]*)"(?:; filename\*=UTF-8''([!#$&+\-.^_`|~0-9A-Za-z%]+))?$/.exec(
          header,
        )
        expect(header).toMatch(/^[\x20-\x7e]+$/)
        expect(match?.[2] === undefined ? match?.[1] : decodeURIComponent(match[2])).toBe(safeFileName(title))
      }),
      { numRuns: 1000 },
    )
  })
})
