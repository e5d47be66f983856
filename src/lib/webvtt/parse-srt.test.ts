import { describe, expect, it } from 'vitest'
import { parseSubtitle } from './parse-subtitle.ts'

const one = (text: string) => parseSubtitle(`1\n00:00:01,000 --> 00:00:02,000\n${text}\n`, 'srt')[0]

describe('parseSubtitle of SubRip', () => {
  it.each([
    ['plain', '1\n00:00:01,000 --> 00:00:02,000\nA\n\n2\n00:00:03,000 --> 00:00:04,000\nB\n'],
    ['CR LF and BOM', '\ufeff1\r\n00:00:01,000 --> 00:00:02,000\r\nA\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nB'],
    ['CR', '1\r00:00:01,000 --> 00:00:02,000\rA\r\r2\r00:00:03,000 --> 00:00:04,000\rB\r'],
    ['no numbers', '00:00:01,000 --> 00:00:02,000\nA\n\n00:00:03,000 --> 00:00:04,000\nB\n'],
    ['points, short forms', '1\n0:00:01.0 --> 0:0:2.00\nA\n\n2\n00:03.000 --> 00:04,000\nB'],
    ['no blank line between', '1\n00:00:01,000 --> 00:00:02,000\nA\n00:00:03,000 --> 00:00:04,000\nB'],
    ['coordinates', '1\n00:00:01,000 --> 00:00:02,000 X1:1 X2:2\nA\n\n2\n00:00:03,000-->00:00:04,000\nB'],
    [
      'many blank lines',
      '\n\n\n1\n\n00:00:01,000 --> 00:00:02,000\n\nA\n\n\n\n2\n00:00:03,000 --> 00:00:04,000\nB\n\n\n',
    ],
    ['wrong order', '2\n00:00:03,000 --> 00:00:04,000\nB\n\n1\n00:00:01,000 --> 00:00:02,000\nA\n'],
  ])('reads %s', (_name, text) => {
    expect(parseSubtitle(text, 'srt')).toEqual([
      { startMs: 1000, endMs: 2000, text: 'A' },
      { startMs: 3000, endMs: 4000, text: 'B' },
    ])
  })

  it('keeps numbers that are text, and blank lines do not end a cue', () => {
    const text = '1\n00:00:01,000 --> 00:00:02,000\nHow many?\n42\n\nReally?\n\n2\n00:00:03,000 --> 00:00:04,000\n7\n'
    expect(parseSubtitle(text, 'srt').map((cue) => cue.text)).toEqual(['How many?\n42\nReally?', '7'])
  })

  it('is exact to the millisecond beyond a day', () => {
    const text = '1\n99:59:59,999 --> 100:00:00,001\nA\n'
    expect(parseSubtitle(text, 'srt')).toEqual([{ startMs: 359_999_999, endMs: 360_000_001, text: 'A' }])
  })

  it.each([
    ['<i>a</i> <B>b</B> <u>c</u>', '<i>a</i> <b>b</b> <u>c</u>'],
    ['<font color="red">a</font><s>b</s>', 'ab'],
    ['<i>never closed', '<i>never closed</i>'],
    ['a</i>', 'a'],
    ['<i><b>a</i>b</b>', '<b><i>a</i>b</b>'],
    ['<i>two\nlines</i>', '<i>two\nlines</i>'],
    ['I <3 you & me > you', 'I &lt;3 you &amp; me &gt; you'],
    ['a --> b', 'a --&gt; b'],
    ['&lt;b&gt; &amp; &nbsp;&#39;&quot; &unknown;', '&lt;b&gt; &amp; \u00a0\'" &amp;unknown;'],
    ['<script>alert(1)</script>', 'alert(1)'],
    ['{\\an8}top', 'top'],
    ['{\\b1}{not an override}', '{not an override}'],
    ['bell\u0007 null\u0000', 'bell  null'],
    ['<', '&lt;'],
  ])('turns %j into cue text', (text, expected) => {
    expect(one(text)?.text).toBe(expected)
  })

  it('puts {\\an8} at the top', () => {
    expect(one('{\\an8}top')?.settings).toBe('line:5%')
    expect(one('{\\an2}usual')).not.toHaveProperty('settings')
  })

  it('leaves out cues that show nothing or end before they start', () => {
    const text = '1\n00:00:01,000 --> 00:00:02,000\n<i> </i>\n\n2\n00:00:04,000 --> 00:00:03,000\nB\n'
    expect(parseSubtitle(text, 'srt')).toEqual([])
  })
})
