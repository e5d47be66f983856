import { describe, expect, it } from 'vitest'
import type { ProcessEnd } from '#lib/process/start-process.ts'
import { damageIn, lastWords, refusedCodec, toolError } from './tool-errors.ts'

const ended = (stderr: string, rest: Partial<ProcessEnd> = {}): ProcessEnd => ({
  exitCode: 1,
  endSignal: null,
  stopped: null,
  stderr,
  ...rest,
})

describe('toolError', () => {
  it.each([
    ["[avi @ 0x5] Codec (magicyuv) not on whitelist 'h264,hevc'", 'media-refused', /magicyuv/],
    [
      "[mov @ 0x5] Format not on whitelist 'mov'\nfile:/in/src: Invalid data found",
      'not-media',
      /not what it begins like/,
    ],
    [
      'Number of streams exceeds max_streams parameter (64), see the documentation\nCannot allocate memory',
      'media-refused',
      /too many streams/,
    ],
    ['[png @ 0x1] Picture size 15000x15000 is invalid', 'media-refused', /too large/],
    ['[mov @ 0x1] moov atom not found\nInvalid data found when processing input', 'media-damaged', /cut short/],
    ['file:/in/src: Invalid data found when processing input', 'media-damaged', /cannot be read/],
    ['av_interleaved_write_frame(): No space left on device', 'no-space', /ran out of space/],
    ['[h264 @ 0x1] Cannot allocate memory', 'media-refused', /more memory/],
    ['something new', 'tool-failed', /Reading failed/],
  ])('knows what is meant by: %s', (stderr, code, message) => {
    expect(toolError(ended(stderr), 'Reading')).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('says who stopped it', () => {
    expect(toolError(ended('', { stopped: 'stalled' }), 'Cutting').why).toMatch(/no progress/)
    expect(toolError(ended('', { stopped: 'time-limit' }), 'Cutting').why).toMatch(/longer than we allow/)
    expect(toolError(ended('', { stopped: 'aborted' }), 'Cutting').code).toBe('cancelled')
    expect(toolError(ended('', { exitCode: null, endSignal: 'SIGSEGV' }), 'Cutting').why).toMatch(/SIGSEGV/)
  })

  it('never shows control characters, addresses in memory, or more than a few lines', () => {
    const why = lastWords(`${'line\n'.repeat(50)}[mov @ 0x55d0c0ffee] \u001b[31mred\u202e txt\u0007\r\nlast`)
    expect(why).toBe('line · [mov] [31mred txt · last')
    expect(lastWords('x'.repeat(5000)).length).toBeLessThanOrEqual(300)
  })
})

it('names the refused codec, or nothing', () => {
  expect(refusedCodec("Codec (h264_cuvid) not on whitelist 'x'")).toBe('h264_cuvid')
  expect(refusedCodec('Codec not found')).toBeNull()
})

it('tells damage from other complaints', () => {
  expect(damageIn('[mov @ 0x1] stream 0, offset 0x30: partial file')).toBe('[mov] stream 0, offset 0x30: partial file')
  expect(damageIn('[matroska @ 0x1] File ended prematurely at pos. 1000')).not.toBeNull()
  expect(damageIn('deprecated pixel format used')).toBeNull()
})
