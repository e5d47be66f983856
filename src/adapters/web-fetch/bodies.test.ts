import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WebRequest } from '#domain/web.ts'
import type { GuardedWeb } from './create-web.ts'
import { PATIENT, read, startRawServer, startServer, type TestServer, webFor } from './server.test-support.ts'

const quick = { stallMs: 150, minBytesPerSec: 1000, windowMs: 300 }

/** Says this after the request has come. */
const saying = (text: string | Buffer, then: (socket: Socket) => void = (socket) => socket.end()) =>
  startRawServer(async (socket) => {
    await once(socket, 'data')
    socket.write(text)
    then(socket)
  })

async function outcome(web: GuardedWeb, server: TestServer, request: Partial<WebRequest> = {}): Promise<unknown> {
  try {
    await using answer = await web.open({ url: server.url, ...request }, PATIENT)
    let byteLength = 0
    for await (const chunk of answer.body) byteLength += chunk.length
    return byteLength
  } catch (error) {
    return (error as { code?: string }).code
  }
}

describe('bodies', () => {
  it('come whole, whatever their length and however they are cut', async () => {
    const chunk = fc.uint8Array({ maxLength: 100_000 })
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 6 }), fc.boolean(), async (chunks, isChunked) => {
        const whole = Buffer.concat(chunks)
        await using server = await startServer((_, response) => {
          if (!isChunked) response.setHeader('content-length', whole.length)
          for (const part of chunks) response.write(part)
          response.end()
        })
        await using web = webFor([server])
        expect((await read(web, server.url)).bytes.equals(whole)).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it('wait for a slow reader without filling memory, and are not called slow for it', async () => {
    const whole = Buffer.alloc(8_000_000, 1)
    let sentBytes = 0
    await using server = await startServer(async (_, response) => {
      response.setHeader('content-length', whole.length)
      for (let at = 0; at < whole.length; at += 50_000) {
        sentBytes = at
        if (!response.write(whole.subarray(at, at + 50_000))) await once(response, 'drain')
      }
      response.end()
    })
    await using web = webFor([server], { rate: quick })
    await using answer = await web.open({ url: server.url }, PATIENT)
    const chunks = answer.body[Symbol.asyncIterator]()
    let byteLength = (await chunks.next()).value?.length ?? 0
    await sleep(1000)
    expect(sentBytes).toBeLessThan(whole.length)
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) byteLength += next.value.length
    expect(byteLength).toBe(whole.length)
  })

  it.each([
    ['shorter than promised', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort'],
    ['cut within a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort'],
    ['cut before the last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n'],
    ['no chunks although announced', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n'],
  ])('%s are broken', async (_, text) => {
    await using server = await saying(text)
    await using web = webFor([server])
    expect(await outcome(web, server)).toBe('remote-broken')
    expect(web.figures().pool).toMatchObject({ active: 0, idle: 0 })
  })

  it('longer than promised end where they should, and what follows is not taken for an answer', async () => {
    const text = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwholeHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'
    await using server = await saying(text, () => {})
    await using web = webFor([server])
    expect(await outcome(web, server)).toBe(5)
    expect(await outcome(web, server)).toBe(5)
  })

  it.each([
    ['stand still', () => {}],
    ['drip', (socket: Socket) => drip(socket, 'x')],
    ['drip by empty chunks of nothing', (socket: Socket) => drip(socket, ' ')],
  ])('that %s are cut', async (_, then) => {
    await using server = await saying('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nbegin', then)
    await using web = webFor([server], { rate: quick })
    expect(await outcome(web, server)).toBe('remote-broken')
    expect(web.figures().pool.active).toBe(0)
  })

  it('end at the bound of bytes', async () => {
    await using server = await startServer((_, response) => response.end(Buffer.alloc(100_000)))
    await using web = webFor([server])
    expect(await outcome(web, server, { maxBytes: 99_999 })).toBe('answer-too-large')
    expect(await outcome(web, server, { maxBytes: 100_000 })).toBe(100_000)
    await using answer = await web.open({ url: server.url, maxBytes: 70_000 }, PATIENT)
    for await (const chunk of answer.body) {
      // Who takes only the beginning is told nothing of a bound.
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    await expect.poll(() => web.figures().pool.active).toBe(0)
  })

  it('end at the bound of time', async () => {
    await using server = await saying('HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n', (socket) => {
      const timer = setInterval(() => socket.write(Buffer.alloc(10_000)), 5)
      socket.once('close', () => clearInterval(timer))
    })
    await using web = webFor([server])
    expect(await outcome(web, server, { timeoutMs: 300 })).toBe('remote-broken')
    expect(web.figures().pool.active).toBe(0)
  })

  it('that do not even begin within the bound of time make the server unreachable', async () => {
    await using server = await saying('', () => {})
    await using web = webFor([server])
    expect(await outcome(web, server, { timeoutMs: 200 })).toBe('remote-unreachable')
    expect(web.figures().pool.active).toBe(0)
  })

  it('end with the reason of the signal', async () => {
    await using server = await saying('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin', () => {})
    await using web = webFor([server])
    const controller = new AbortController()
    await using answer = await web.open({ url: server.url }, controller.signal)
    const reading = Array.fromAsync(answer.body)
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
    await expect(web.open({ url: server.url }, controller.signal)).rejects.toBe(reason)
    expect(web.figures().pool.active).toBe(0)
  })
})

describe('packed bodies', () => {
  const whole = Buffer.from('#EXTM3U\n'.repeat(5000))
  it.each([
    ['gzip', gzipSync(whole)],
    ['x-gzip', gzipSync(whole)],
    ['br', brotliCompressSync(whole)],
    ['deflate', deflateSync(whole)],
    ['deflate', deflateRawSync(whole)],
    ['gzip, identity', gzipSync(whole)],
    ['deflate, gzip', gzipSync(deflateSync(whole))],
  ])('as %s come unpacked', async (encoding, packed) => {
    await using server = await startServer((_, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(packed),
    )
    await using web = webFor([server])
    await using answer = await web.open({ url: server.url }, PATIENT)
    expect(answer.decoded).toBe(true)
    expect(Buffer.concat(await Array.fromAsync(answer.body)).equals(whole)).toBe(true)
    expect(web.figures().pool.active).toBe(0)
  })

  it.each([
    ['gzip', gzipSync(whole).subarray(0, 60)],
    ['gzip', whole],
    ['br', Buffer.from('nonsense')],
    ['deflate', Buffer.from('nonsense')],
    ['zstd', whole],
    ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(whole)))],
  ])('as %s that are not so are broken', async (encoding, packed) => {
    await using server = await startServer((_, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(packed),
    )
    await using web = webFor([server])
    expect(await outcome(web, server)).toBe('remote-broken')
    expect(web.figures().pool.active).toBe(0)
  })

  it('that burst are stopped at the bound', async () => {
    const bomb = gzipSync(Buffer.alloc(300_000_000))
    await using server = await startServer((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    )
    await using web = webFor([server])
    const before = process.memoryUsage().arrayBuffers
    expect(await outcome(web, server, { maxBytes: 1_000_000 })).toBe('answer-too-large')
    await expect(web.text({ url: server.url, maxBytes: 1_000_000 }, PATIENT)).rejects.toMatchObject({
      code: 'answer-too-large',
    })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000)
    expect(web.figures().pool.active).toBe(0)
  })
})

describe('answers', () => {
  const line = fc.constantFrom(
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 206 Partial\r\n',
    'HTTP/1.1 302 Found\r\n',
    'HTTP/1.0 200 OK\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 999 ?\r\n',
    'Content-Length: 5\r\n',
    'Content-Length: 99999999999999999999\r\n',
    'Content-Length: -1\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Content-Encoding: gzip\r\n',
    'Connection: close\r\n',
    'Keep-Alive: timeout=0\r\n',
    'Location: /\r\n',
    'Set-Cookie: a=b\r\n',
    '\r\n',
    '5\r\nwhole\r\n',
    '0\r\n\r\n',
    'whole',
  )
  const noise = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1'))

  it('of any kind end as an answer or a named error, and leave nothing behind', async () => {
    const codes = ['remote-broken', 'remote-unreachable', 'remote-refused', 'address-refused']
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof({ weight: 5, arbitrary: line }, noise), { maxLength: 10 }), async (parts) => {
        await using server = await saying(Buffer.from(parts.join(''), 'latin1'))
        await using web = webFor([server])
        const end = await outcome(web, server, { timeoutMs: 3000 })
        if (typeof end !== 'number') expect(codes).toContain(end)
        await expect.poll(() => web.figures().pool.active).toBe(0)
      }),
      { numRuns: 300 },
    )
  })
})

describe('heads', () => {
  it.each([
    ['that never come', () => {}],
    ['that drip', (socket: Socket) => drip(socket, 'X')],
    ['that only promise to come', (socket: Socket) => drip(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n')],
  ])('%s are not waited for', async (_, then) => {
    await using server = await saying('', then)
    const pool = { maxConnections: 1, maxKeepAlive: 1, dnsTtlSec: 60, timeoutSec: 0.2, connectTimeoutSec: 0.2 }
    await using web = webFor([server], { pool })
    expect(await outcome(web, server)).toBe('remote-unreachable')
    expect(web.figures().pool.active).toBe(0)
  })

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['nothing', ''],
    ['endless', `HTTP/1.1 200 OK\r\n${'X-Long: '.concat('x'.repeat(1000), '\r\n').repeat(200)}\r\n`],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nwhole!'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
  ])('that are %s make the server unreachable', async (_, text) => {
    await using server = await saying(text)
    await using web = webFor([server])
    expect(await outcome(web, server)).toBe('remote-unreachable')
    expect(web.figures().pool.active).toBe(0)
  })

  it('of HEAD and of answers without a body leave nothing to read', async () => {
    await using server = await startServer((request, response) => {
      if (request.url === '/204') response.writeHead(204).end()
      else response.writeHead(200, { 'content-length': 1000 }).end(request.method === 'HEAD' ? '' : 'x'.repeat(1000))
    })
    await using web = webFor([server])
    await using head = await web.open({ url: server.url, method: 'HEAD' }, PATIENT)
    expect([head.contentLength, await Array.fromAsync(head.body)]).toEqual([1000, []])
    expect((await read(web, `${server.url}/204`)).bytes).toHaveLength(0)
  })
})

function drip(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 20)
  socket.once('close', () => clearInterval(timer))
}
