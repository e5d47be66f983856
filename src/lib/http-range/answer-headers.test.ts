import { describe, expect, it } from 'vitest'
import { answerHeaders } from './answer-headers.ts'

const OF_FILE = {
  etag: '"v1"',
  'last-modified': 'Sun, 06 Nov 1994 08:49:37 GMT',
  'cache-control': 'public, max-age=31536000, immutable',
  vary: 'accept-encoding',
  'content-type': 'video/mp4',
  'content-encoding': 'gzip',
  'access-control-allow-origin': '*',
}

describe('answerHeaders', () => {
  it('adds the length and the offer of ranges to the whole', () => {
    expect(answerHeaders({ status: 200, length: 9 }, OF_FILE)).toEqual({
      ...OF_FILE,
      'accept-ranges': 'bytes',
      'content-length': '9',
    })
  })

  it('says which part a 206 is and how long the part is', () => {
    const answer = { status: 206, first: 2, last: 4, length: 3, contentRange: 'bytes 2-4/9' } as const
    expect(answerHeaders(answer, OF_FILE)).toMatchObject({ 'content-range': 'bytes 2-4/9', 'content-length': '3' })
  })

  it('sends with a 304 only what a cache needs, nothing about a body', () => {
    expect(Object.keys(answerHeaders({ status: 304 }, OF_FILE)).sort()).toEqual([
      'access-control-allow-origin',
      'cache-control',
      'etag',
      'vary',
    ])
  })

  it('does not let an error be cached or typed as the file', () => {
    for (const answer of [{ status: 412 } as const, { status: 416, contentRange: 'bytes */9' } as const]) {
      const headers = answerHeaders(answer, OF_FILE)
      expect(headers).not.toHaveProperty('cache-control')
      expect(headers).not.toHaveProperty('content-type')
      expect(headers['content-range']).toBe(answer.status === 416 ? 'bytes */9' : undefined)
    }
  })
})
