import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PLAIN_CHOICE } from '#domain/download.ts'
import { cleanText } from './clean-text.ts'
import { formatOptions, subtitleOptions } from './format-options.ts'
import { linesOf } from './lines-of.ts'
import { linkInfoOf } from './link-info-of.ts'
import { OwnLines } from './own-lines.ts'
import { parsePageReport } from './page-report.ts'
import { redactor } from './redact.ts'

const URL_OF_PAGE = new URL('https://example.com/film')

describe('text of a page', () => {
  it('comes without control characters and marks that turn its direction', () => {
    expect(cleanText('  a\u202egnp.exe\u0007\n\tb\u2066 c\u200d ', 50)).toBe('a gnp.exe b c\u200d')
  })

  it('is cut at a length, not within a character', () => {
    expect(cleanText('👩👩👩👩', 3)).toBe('👩👩…')
  })
})

describe('lines for the log', () => {
  it('show neither secrets, however they are written, nor queries, nor credentials', () => {
    const redact = redactor(['s3cr=t', 'abc'])
    expect(redact('a s3cr=t s3cr%3Dt abc http://u:p@h/x?token=1#y [http://h/z?q=2]')).toBe(
      'a *** *** abc http://h/x?… [http://h/z?…',
    )
  })

  it('are whole wherever the output is cut', async () => {
    const text = 'one\ntwo ü\r\nthree\n\nlast'
    const bytes = new TextEncoder().encode(text)
    for (let size = 1; size < bytes.length; size++) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      )
      const lines: string[] = []
      for await (const line of linesOf(ReadableStream.from(chunks))) if (line !== '') lines.push(line)
      expect(lines).toEqual(['one', 'two ü', 'three', 'last'])
    }
  })
})

describe('lines with our prefix', () => {
  it('are read, and those of a page that looks like them are not', () => {
    const lines = new OwnLines('@0123')
    expect(lines.read('@9999P{"downloaded_bytes":5}')).toBeUndefined()
    expect(lines.read('@0123P{"filename":"a","downloaded_bytes":5,"total_bytes":10,"speed":1}')).toEqual({
      bytes: 5,
      totalBytes: 10,
      bytesPerSec: 1,
      secondsLeft: 5,
    })
    expect(lines.read('@0123F"/job/src.mp4"')).toBeNull()
    expect(lines.files).toEqual([{ filepath: '/job/src.mp4', vcodec: null, acodec: null }])
  })

  it('do no harm whatever stands behind the prefix', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.constantFrom('P', 'B', 'T', 'F', 'R', 'x'), (text, kind) => {
        const lines = new OwnLines('@')
        const report = lines.read(`@${kind}${text}`)
        expect(report === null || (report !== undefined && report.bytes >= 0)).toBe(true)
        expect(Array.isArray(lines.files)).toBe(true)
      }),
    )
  })
})

const REPORT = {
  title: 'A\u202e film',
  uploader: 'Somebody',
  duration: 61.5,
  thumbnail: 'https://i.example.com/1.jpg',
  live_status: 'not_live',
  subtitles: { de: [], 'en-GB': [], live_chat: [], '../../x': [] },
  formats: [
    { format_id: 'sb0', protocol: 'mhtml', vcodec: 'none', acodec: 'none', ext: 'mhtml' },
    {
      format_id: '140',
      vcodec: 'none',
      acodec: 'mp4a.40.2',
      tbr: 129,
      language: 'en',
      filesize: 1_500_000,
      ext: 'm4a',
    },
    {
      format_id: '18',
      vcodec: 'avc1.42001E',
      acodec: 'mp4a.40.2',
      height: 360,
      width: 640,
      tbr: 500,
      filesize_approx: 8.12e8,
    },
    {
      format_id: '299',
      vcodec: 'avc1.64002a',
      acodec: 'none',
      height: 1080,
      width: 1920,
      fps: 60,
      tbr: 4200.4,
      ext: 'mp4',
    },
    { format_id: 'wv', vcodec: 'avc1.64002a', acodec: 'none', height: 2160, has_drm: true },
    { format_id: 'a/b,c', vcodec: 'avc1', acodec: 'none' },
    'nonsense',
  ],
}

describe('what a page offers', () => {
  it('is told best first, with labels for people, without what cannot be had', () => {
    const info = linkInfoOf(parsePageReport(JSON.stringify(REPORT)) ?? expect.fail(), URL_OF_PAGE, [])
    expect(info).toMatchObject({ title: 'A film', uploader: 'Somebody', durationSec: 61.5, isLive: false })
    expect(info.formats.map(({ id, label }) => [id, label])).toEqual([
      ['299', '1080p60 · H.264 · 4.2 Mbit/s'],
      ['18', '360p · H.264 + AAC · 500 kbit/s · about 812 MB'],
      ['140', 'sound only · AAC · 129 kbit/s · en · 2 MB'],
    ])
    expect(info.subtitleLanguages).toEqual(['de', 'en-GB'])
    expect(info.audioLanguages).toEqual(['en'])
  })

  it('keeps only web addresses without credentials, also of entries', () => {
    const entries = ['https://e.example/1', 'file:///etc/passwd', 'javascript:alert(1)', 'https://u:p@e.example/4'].map(
      (url, at) => ({ _type: 'url', url, title: `T${at}` }),
    )
    const report = { _type: 'playlist', title: 'L', thumbnail: 'file:///x', entries }
    const info = linkInfoOf(parsePageReport(JSON.stringify(report)) ?? expect.fail(), URL_OF_PAGE, [])
    expect(info.thumbnail).toBeNull()
    expect(info.entries).toEqual([{ number: 1, title: 'T0', url: 'https://e.example/1', durationSec: null }])
  })

  it('never throws and stays bounded, whatever the report holds', () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.string(), fc.constant('x'.repeat(100_000)))
    const report = fc.dictionary(fc.constantFrom(...Object.keys(REPORT), 'entries', '_type', 'url', 'is_live'), value)
    fc.assert(
      fc.property(report, (shape) => {
        const video = parsePageReport(JSON.stringify(shape))
        if (video === null) return
        const info = linkInfoOf(video, URL_OF_PAGE, [])
        expect(info.title.length).toBeLessThanOrEqual(600)
        expect(info.formats.length).toBeLessThanOrEqual(200)
      }),
      { numRuns: 500 },
    )
  })

  it('counts 3,000 entries as the first thousand and says so', () => {
    const entries = Array.from({ length: 3000 }, (_, at) => ({ _type: 'url', url: `https://e.example/${at}` }))
    const video = parsePageReport(JSON.stringify({ _type: 'playlist', playlist_count: 3000, entries })) ?? expect.fail()
    const info = linkInfoOf(video, URL_OF_PAGE, [])
    expect(info.entries).toHaveLength(1000)
    expect(info.notes.join()).toContain('1000')
  })

  it('is nothing when it is no report', () => {
    for (const text of ['', '[]x', 'null', '7', '"x"']) expect(parsePageReport(text)).toBeNull()
  })
})

describe('the choice of formats', () => {
  it('prefers H.264 with AAC at 720 lines and more, then the best picture there is', () => {
    const [, formats, , sort] = formatOptions(PLAIN_CHOICE, true)
    expect(formats).toBe(
      "bv*[vcodec~='^(?:avc|h264)'][height>=720]+ba[acodec~='^(?:mp4a|aac)']/b[vcodec~='^(?:avc|h264)'][height>=720]/bv*+ba/b",
    )
    expect(sort).toBe('res:2160,vcodec~h264,acodec~aac')
  })

  it('takes nothing apart when nothing can be joined', () => {
    for (const quality of ['best', 'worst', 720] as const) {
      expect(formatOptions({ ...PLAIN_CHOICE, quality }, false)[1]).not.toContain('+')
    }
  })

  it('asks for the wished languages first', () => {
    const choice = { ...PLAIN_CHOICE, quality: 1080, audioLanguages: ['de', 'en-GB', '];x'] }
    expect(formatOptions(choice, true)[1]).toBe(
      'bv*+ba[language^=de]/bv*+ba[language^=en-gb]/bv*+ba/b[language^=de]/b[language^=en-gb]/b',
    )
    expect(subtitleOptions({ ...choice, subtitleLanguages: ['de', '.*,x'] })).toContain('--sub-langs=de(-[^/\\\\]*)?')
  })

  it('lets no text of a person mean anything else than the name of a format', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (formatId) => {
        try {
          const [option, value] = formatOptions({ ...PLAIN_CHOICE, formatId }, false)
          expect([option, value]).toEqual(['-f', formatId])
          expect(value).not.toMatch(/^-|[\s,/+[\]()]/)
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-input' })
        }
      }),
    )
  })
})
