import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { pooledBytes } from './body.ts'
import { redirect, resource } from './answer.ts'
import { startOrigin } from './start-origin.ts'

const BYTES = pooledBytes(7, 300_000)

describe('startOrigin', () => {
  it('answers with exact bytes, ranges of them, redirects and 404, and remembers each request', async () => {
    await using origin = await startOrigin()
    const url = origin.put('/a.ts', resource(BYTES, 'video/mp2t', { etag: '"e"' }))
    origin.put('/old.ts', redirect('/a.ts'))
    expect(await bytesOf(`${origin.url}/old.ts?x=1`)).toEqual(sha256Of(BYTES))
    const part = await fetch(url, { headers: { range: 'bytes=10-19' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 10-19/300000'])
    expect(Buffer.from(await part.arrayBuffer())).toEqual(BYTES.subarray(10, 20))
    const changed = await fetch(url, { headers: { range: 'bytes=10-19', 'if-range': '"other"' } })
    expect([changed.status, (await changed.arrayBuffer()).byteLength]).toEqual([200, 300_000])
    const beyond = await fetch(url, { headers: { range: 'bytes=300000-' } })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */300000'])
    expect((await fetch(`${origin.url}/nothing`)).status).toBe(404)
    expect(origin.requests.map(({ path, status, range }) => [path, status, range])).toEqual([
      ['/old.ts', 302, null],
      ['/a.ts', 200, null],
      ['/a.ts', 206, 'bytes=10-19'],
      ['/a.ts', 200, 'bytes=10-19'],
      ['/a.ts', 416, 'bytes=300000-'],
      ['/nothing', 404, null],
    ])
    expect(origin.requests[1]).toMatchObject({ sentBytes: 300_000, end: 'whole', announcedBytes: 300_000 })
    expect(origin.requests[0]?.url).toBe('/old.ts?x=1')
  })

  it('keeps to the rate of each connection and to its latency', async () => {
    await using origin = await startOrigin({ latencyMs: 40, bytesPerSec: 2_000_000 })
    const url = origin.put('/a.ts', resource(BYTES, 'video/mp2t'))
    // Started in one turn, so there is a connection for each.
    await Promise.all([bytesOf(url), bytesOf(url), bytesOf(url)])
    for (const { startedMs, headMs, endedMs } of origin.requests) {
      const [latency, transfer] = [(headMs ?? 0) - startedMs, (endedMs ?? 0) - (headMs ?? 0)]
      // 300,000 B ÷ 2 MB/s. Never faster than told; how much slower is the machine's affair.
      expect(latency).toBeGreaterThan(38)
      expect(transfer).toBeGreaterThan(148)
    }
    expect(new Set(origin.requests.map(({ connection }) => connection)).size).toBe(3)
    expect(origin.figures.mostRequests).toBe(3)
  })

  it.each([
    ['a cut', { kind: 'cut', share: 0.5 }],
    ['a cut with RST', { kind: 'cut', share: 0.5, reset: true }],
    ['a cut without a length', { kind: 'cut', share: 0.5, chunked: true }],
    ['a length that is too great', { kind: 'length', by: 100 }],
    ['a reset', { kind: 'reset' }],
    ['no HTTP', { kind: 'garbage' }],
    ['a false Content-Encoding', { kind: 'false-gzip' }],
  ] as const)('breaks an answer with %s, then answers well', async (_name, fault) => {
    await using origin = await startOrigin()
    const url = origin.put('/a.ts', resource(BYTES, 'video/mp2t'))
    origin.setFault({ path: '/a.ts', attempts: 1, fault })
    await expect(bytesOf(url)).rejects.toThrow()
    expect(await bytesOf(url)).toEqual(sha256Of(BYTES))
    expect(origin.requests.map((entry) => entry.fault)).toEqual([fault.kind, null])
  })

  it('answers with other statuses, other ranges, pages and nothing at all', async () => {
    await using origin = await startOrigin()
    const url = origin.put('/a.ts', resource(BYTES, 'video/mp2t'))
    const ask = (range?: string) => fetch(url, range === undefined ? {} : { headers: { range } })
    const once = (fault: Parameters<typeof origin.setFault>[0]['fault']) => origin.setFault({ times: 1, fault })
    once({ kind: 'status', status: 503, retryAfter: '2' })
    const busy = await ask()
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '2'])
    once({ kind: 'html' })
    expect((await ask()).headers.get('content-type')).toBe('text/html')
    once({ kind: 'empty' })
    expect((await (await ask()).arrayBuffer()).byteLength).toBe(0)
    once({ kind: 'ignore-range' })
    expect((await ask('bytes=0-9')).status).toBe(200)
    once({ kind: 'content-range', wrong: 'header' })
    expect((await ask('bytes=0-9')).headers.get('content-range')).toBe('bytes 1-10/300000')
    once({ kind: 'content-range', wrong: 'bytes' })
    expect(Buffer.from(await (await ask('bytes=0-9')).arrayBuffer())).toEqual(BYTES.subarray(1, 11))
  })

  it.each([
    ['in the middle', { kind: 'stall', share: 0.5 }],
    ['before the head', { kind: 'silent' }],
  ] as const)('stalls %s until the client leaves', async (_name, fault) => {
    await using origin = await startOrigin()
    const url = origin.put('/a.ts', resource(BYTES, 'video/mp2t'))
    origin.setFault({ fault })
    const signal = AbortSignal.timeout(300)
    await expect(fetch(url, { signal }).then((answer) => answer.arrayBuffer())).rejects.toThrow(/abort|time/i)
    await expect.poll(() => origin.requests[0]?.end).toBe('client-left')
    expect(origin.requests[0]?.sentBytes).toBe(fault.kind === 'stall' ? 150_000 : 0)
  })

  it('plays a fault on so many of a hundred requests, the same ones in every run', async () => {
    const hit = async () => {
      await using origin = await startOrigin({ seed: 3 })
      origin.setFault({ path: /\.ts$/, percent: 10, fault: { kind: 'status', status: 500 } })
      const paths = Array.from({ length: 100 }, (_, index) => `/${index}.ts`)
      for (const path of paths) origin.put(path, resource(Buffer.from('x'), 'video/mp2t'))
      for (const path of paths) await (await fetch(origin.url + path)).arrayBuffer()
      return origin.requests.filter(({ status }) => status === 500).map(({ path }) => path)
    }
    const first = await hit()
    expect(first.length).toBeGreaterThan(3)
    expect(first.length).toBeLessThan(20)
    expect(await hit()).toEqual(first)
  })

  it('refuses more requests at once than it is told, and tells other processes what it saw', async () => {
    await using origin = await startOrigin({ latencyMs: 30, busy: { above: 2, status: 429, retryAfter: '1' } })
    const url = origin.put('/a.ts', resource(BYTES, 'video/mp2t'))
    const statuses = await Promise.all([1, 2, 3].map(async () => (await fetch(url)).status))
    expect(statuses.sort((one, other) => one - other)).toEqual([200, 200, 429])
    const told = await (await fetch(`${origin.url}/__origin/journal`)).json()
    expect(told).toHaveLength(3)
  })

  it('ends every connection when it is disposed of', async () => {
    const origin = await startOrigin()
    const socket = connect(Number(new URL(origin.url).port), '127.0.0.1')
    await once(socket, 'connect')
    const closed = once(socket, 'close')
    socket.resume()
    await origin[Symbol.asyncDispose]()
    await closed
  })
})

async function bytesOf(url: string): Promise<string> {
  return sha256Of(Buffer.from(await (await fetch(url)).arrayBuffer()))
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
