import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseSubtitle } from './parse-subtitle.ts'

const HEAD = `[Script Info]
Title: made by hand
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,20,&H00FFFFFF,&H000000FF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,2,2,2,10,10,10,1
Style: Sign,Arial,20,&H00FFFFFF,&H000000FF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,2,2,8,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
`

const event = (text: string, style = 'Default') => `Dialogue: 0,0:00:01.00,0:00:02.50,${style},,0,0,0,,${text}\n`
const one = (text: string, style?: string) => parseSubtitle(HEAD + event(text, style), 'ass')[0]

describe('parseSubtitle of ASS', () => {
  it.each([
    ['plain, with commas', 'plain, with commas'],
    ['one\\Ntwo', 'one\ntwo'],
    ['one\\N\\Ntwo\\N', 'one\ntwo'],
    ['soft\\nbreak\\hhard', 'soft break\u00a0hard'],
    ['{\\i1}a{\\i0}b{\\b1}c{\\b0}{\\u1}d', '<i>a</i>b<b>c</b><u>d</u>'],
    ['{\\b700}bold{\\b400} thin', '<b>bold</b> thin'],
    ['{\\i1\\fad(200,200)\\pos(1,2)}a{\\r}b', '<i>a</i>b'],
    ['{\\bord3\\blur2\\iclip(1)\\alpha&HFF&}a', 'a'],
    ['{comment}a{\\k20}ra{\\kf30}o{\\t(0,1,\\fs30)}ke', 'araoke'],
    ['a{\\p1}m 0 0 l 1 1{\\p0}b', 'ab'],
    ['{unclosed <b> & co', '{unclosed &lt;b&gt; &amp; co'],
  ])('turns %j into cue text', (text, expected) => {
    expect(one(text)).toMatchObject({ startMs: 1000, endMs: 2500, text: expected })
  })

  it('shows no drawings', () => {
    expect(one('{\\p1}m 0 0 l 100 0 100 100')).toBeUndefined()
  })

  it.each([
    ['{\\an8}a', 'Default', 'line:5%'],
    ['{\\an7}a', 'Default', 'line:5% align:left'],
    ['{\\an5}a', 'Default', 'line:50%'],
    ['{\\an3}a', 'Default', 'align:right'],
    ['{\\a6}a', 'Default', 'line:5%'],
    ['{\\a10}a', 'Default', 'line:50%'],
    ['a', 'Sign', 'line:5%'],
    ['{\\an2}a', 'Sign', undefined],
    ['{\\an8}{\\an1}a', 'Default', 'line:5%'],
    ['a', 'Default', undefined],
  ])('places %s of style %s', (text, style, settings) => {
    expect(one(text, style)?.settings).toBe(settings)
  })

  it('ignores comments and events of other sections, and follows the order of columns', () => {
    const text = `[Events]\nFormat: Start, End, Text\nComment: 0:00:01.00,0:00:02.00,no\nDialogue: 0:00:01.00,0:00:02.00,a,b\n[Fonts]\nDialogue: 0:00:01.00,0:00:02.00,no\n`
    expect(parseSubtitle(text, 'ass')).toEqual([{ startMs: 1000, endMs: 2000, text: 'a,b' }])
  })

  it('reads SSA with its own alignments', () => {
    const text = `[V4 Styles]\nFormat: Name, Alignment\nStyle: Top,6\n[Events]\nFormat: Marked, Start, End, Style, Text\nDialogue: Marked=0,0:00:01.00,0:00:02.00,*Top,a\n`
    expect(parseSubtitle(text, 'ass')).toMatchObject([{ text: 'a', settings: 'line:5%' }])
  })

  it('shows once what outline and fill repeat', () => {
    expect(parseSubtitle(HEAD + event('{\\bord3}a') + event('{\\bord0}a'), 'ass')).toHaveLength(1)
  })
})

describe('the cues of ffmpeg', () => {
  const dialogue = (start: string, end: string, text: string) => `Dialogue: 0,${start},${end},Default,,0,0,0,,${text}\n`
  const ASS =
    HEAD +
    dialogue('0:00:00.00', '0:00:01.01', 'first') +
    dialogue('0:00:59.99', '0:01:00.00', 'short') +
    dialogue('1:02:03.04', '9:59:59.99', 'long\\Ntwo lines') +
    'Comment: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,comment\n' +
    dialogue('0:00:30.00', '0:00:31.00', '{\\an8}{\\i1}out of order{\\i0}')
  const SRT =
    '1\n00:00:00,001 --> 00:00:01,999\nfirst\n\n2\n00:00:01,999 --> 00:00:03,000\n<i>second</i>\nline\n\n' +
    '3\n01:02:03,004 --> 99:59:59,999\nthird\n'

  it.each([
    ['ass', ASS],
    ['srt', SRT],
  ] as const)('have the same times and lines in %s', (format, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'subtitle-'))
    try {
      const file = join(folder, `in.${format}`)
      writeFileSync(file, text)
      const vtt = execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-i', file, '-f', 'webvtt', '-'], {
        encoding: 'utf8',
      })
      const theirs = parseSubtitle(vtt, 'vtt')
      const lines = (cues: typeof theirs) =>
        cues.map(({ startMs, endMs, text: shown }) => [startMs, endMs, shown.replace(/<[^>]*>/g, '')])
      expect(theirs.length).toBeGreaterThan(2)
      expect(lines(parseSubtitle(text, format))).toEqual(lines(theirs))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
