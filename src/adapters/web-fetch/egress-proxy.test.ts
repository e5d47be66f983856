import { once } from 'node:events'
import { request as send } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { buffer, text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { DIRECT_VECTORS } from './direct-vectors.test-support.ts'
import { startRawServer, startServer, webFor } from './server.test-support.ts'

/** An answer to a request for `url` that goes through the proxy, as a program would send it. */
async function ask(
  proxy: string,
  url: string,
  { method = 'GET', body = '', authorization }: { method?: string; body?: string; authorization?: string } = {},
): Promise<{ status: number; phrase: string; body: string; headers: Record<string, unknown> }> {
  const { hostname, port, username, password } = new URL(proxy)
  const secret = authorization ?? `Basic ${btoa(`${username}:${password}`)}`
  const headers = { host: 'whatever.example', 'proxy-authorization': secret, 'x-own': 'kept', connection: 'close' }
  const request = send({ host: hostname, port, method, path: url, headers, agent: false })
  request.end(body)
  const [response] = await once(request, 'response')
  return {
    status: response.statusCode,
    phrase: response.statusMessage,
    body: await text(response),
    headers: response.headers,
  }
}

/** The first line that comes back for a raw `CONNECT target`, and the socket. */
async function tunnel(proxy: string, target: string): Promise<{ line: string; socket: Socket }> {
  const { hostname, port, username, password } = new URL(proxy)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write(
    `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\nProxy-Authorization: Basic ${btoa(`${username}:${password}`)}\r\n\r\n`,
  )
  const [chunk] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [Buffer | boolean]
  return { line: typeof chunk === 'boolean' ? '' : (chunk.toString('latin1').split('\r\n')[0] ?? ''), socket }
}

describe('the egress proxy', () => {
  it('hands requests on, both ways, and changes nothing but what is between neighbours', async () => {
    await using server = await startServer(async (request, response) => {
      response.writeHead(201, { 'x-answer': 'kept' }).end(`${request.method} ${request.url} ${await text(request)}`)
    })
    await using web = webFor([server])
    await using proxy = await web.startEgressProxy()
    const answer = await ask(proxy.url, `${server.url}/a?b=c`, { method: 'POST', body: 'hello' })
    expect(answer).toMatchObject({ status: 201, body: 'POST /a?b=c hello', headers: { 'x-answer': 'kept' } })
    expect(server.requests[0]?.headers).toMatchObject({ host: `127.0.0.1:${server.port}`, 'x-own': 'kept' })
    expect(server.requests[0]?.headers['proxy-authorization']).toBeUndefined()
    expect(proxy.byteLength).toBeGreaterThan(20)
  })

  it('leads tunnels on', async () => {
    await using server = await startServer()
    await using web = webFor([server])
    await using proxy = await web.startEgressProxy()
    const { line, socket } = await tunnel(proxy.url, `127.0.0.1:${server.port}`)
    expect(line).toBe('HTTP/1.1 200 Connection established')
    socket.write('GET /in HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect((await buffer(socket)).toString()).toMatch(/^HTTP\/1.1 200 OK[\s\S]*ok/)
    expect(server.requests[0]?.url).toBe('/in')
  })

  it('opens for nobody without its password, which is another for each job', async () => {
    await using server = await startServer()
    await using web = webFor([server])
    await using proxy = await web.startEgressProxy()
    await using other = await web.startEgressProxy()
    const { username, password } = new URL(other.url)
    for (const authorization of ['', 'Basic', 'Basic am9iOg==', `Basic ${btoa(`${username}:${password}`)}`]) {
      expect(await ask(proxy.url, server.url, { authorization })).toMatchObject({ status: 407 })
    }
    const { hostname, port } = new URL(proxy.url)
    expect((await tunnel(`http://job:wrong@${hostname}:${port}`, `127.0.0.1:${server.port}`)).line).toMatch(/ 407 /)
    expect(server.connections).toBe(0)
    expect(new URL(proxy.url).password).not.toBe(password)
    expect(new URL(proxy.url).hostname).toBe('127.0.0.1')
  })

  it('refuses everything that leads inside, in both ways, and tells why and whom', async () => {
    await using server = await startServer()
    await using web = webFor([], { lookup: async () => [{ address: '10.9.9.9', family: 4 }] })
    const refused: string[] = []
    await using proxy = await web.startEgressProxy({ onRefused: (target, why) => refused.push(`${target}: ${why}`) })
    const urls = DIRECT_VECTORS.map((vector) => vector.replaceAll('PORT', `${server.port}`))
    // What a client can put on the first line of a request at all; the rest never arrives as an address.
    const sendable = urls.filter((url) => /^[\x21-\x7e]+$/.test(url) && url !== '')
    expect(sendable.length).toBeGreaterThan(90)
    // 400: what the parser of requests takes for no address.
    for (const url of sendable)
      expect([url, [400, 403]]).toEqual([url, expect.arrayContaining([(await ask(proxy.url, url)).status])])
    const hosts = new Set(sendable.flatMap((url) => /^https?:\/\/([^/?#\\@]+)/.exec(url)?.[1] ?? []))
    expect(hosts.size).toBeGreaterThan(70)
    for (const host of hosts) {
      const target = /:\d+$/.test(host) ? host : `${host}:443`
      const { line, socket } = await tunnel(proxy.url, target)
      expect([target, line]).toEqual([target, expect.stringMatching(/ 40[03] /)])
      socket.destroy()
    }
    expect(server.connections).toBe(0)
    expect(refused).toContain('10.0.0.1: 10.0.0.1 is not fetched. 10.0.0.1 is in a private network.')
    expect((await ask(proxy.url, 'http://10.0.0.1/?token=x')).phrase).toMatch(/private network/)
    expect(refused.join()).not.toContain('token')
  })

  it.each([
    'nonsense',
    '127.0.0.1',
    '@127.0.0.1:80',
    'a@127.0.0.1:80',
    '127.0.0.1:99999',
    '127.0.0.1:0',
    'x:22',
    'http://x/',
  ])('takes no tunnel to %s', async (target) => {
    await using web = webFor([], { lookup: async () => [{ address: '93.184.215.14', family: 4 }] })
    await using proxy = await web.startEgressProxy()
    expect((await tunnel(proxy.url, target)).line).toMatch(/ 40[03] /)
  })

  it('answers 502 for what cannot be reached', async () => {
    await using gone = await startServer()
    await using web = webFor([gone])
    await gone[Symbol.asyncDispose]()
    await using proxy = await web.startEgressProxy()
    expect(await ask(proxy.url, gone.url)).toMatchObject({
      status: 502,
      phrase: expect.stringMatching(/cannot be reached/),
    })
    expect((await tunnel(proxy.url, 'film.example:443')).line).toMatch(/ 502 film.example is not known/)
  })

  it('asks for a name once per connection, and connects to that answer', async () => {
    await using server = await startServer()
    let asked = 0
    const lookup = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '127.0.0.9', family: 4 as const }]
    const pool = { maxConnections: 4, maxKeepAlive: 2, dnsTtlSec: 0, timeoutSec: 1, connectTimeoutSec: 1 }
    await using web = webFor([], { lookup, pool, allowHosts: [{ host: 'film.example' }] })
    await using proxy = await web.startEgressProxy()
    expect((await ask(proxy.url, `http://film.example:${server.port}/`)).status).toBe(200)
    expect(asked).toBe(1)
  })

  it('stops everything at its bound of bytes', async () => {
    await using server = await startServer((_, response) => response.end(Buffer.alloc(1_000_000)))
    await using web = webFor([server])
    await using proxy = await web.startEgressProxy({ maxBytes: 500_000 })
    await expect(ask(proxy.url, server.url)).rejects.toThrow()
    const later = { status: 502, phrase: expect.stringMatching(/At most 500000 bytes/) }
    expect(await ask(proxy.url, server.url)).toMatchObject(later)
    expect(proxy.byteLength).toBeLessThan(700_000)
  })

  it.each([
    ['trickle', (socket: Socket) => setInterval(() => socket.write('x'), 10)],
    ['say nothing', () => undefined],
  ])('cuts tunnels that %s', async (_, behave) => {
    await using server = await startRawServer((socket) => {
      const timer = behave(socket)
      socket.once('close', () => clearInterval(timer))
    })
    const rate = { stallMs: 200, minBytesPerSec: 10_000, windowMs: 300 }
    await using web = webFor([server], { rate, egressIdleMs: 500 })
    await using proxy = await web.startEgressProxy()
    const { socket } = await tunnel(proxy.url, `127.0.0.1:${server.port}`)
    socket.resume()
    await once(socket, 'close')
  })

  it('leaves tunnels alone that rest between requests', async () => {
    await using server = await startRawServer((socket) => socket.on('data', (chunk) => socket.write(chunk)))
    const rate = { stallMs: 200, minBytesPerSec: 10_000, windowMs: 120 }
    await using web = webFor([server], { rate, egressIdleMs: 5000 })
    await using proxy = await web.startEgressProxy()
    const { socket } = await tunnel(proxy.url, `127.0.0.1:${server.port}`)
    for (const word of ['one', 'two', 'three']) {
      await sleep(150)
      socket.write(word)
      const [chunk] = await once(socket, 'data')
      expect(`${chunk}`).toBe(word)
    }
    socket.destroy()
  })

  it('cuts what goes through when it ends, and listens no more', async () => {
    await using server = await startRawServer(() => {})
    await using web = webFor([server])
    const proxy = await web.startEgressProxy()
    const { socket } = await tunnel(proxy.url, `127.0.0.1:${server.port}`)
    const closed = once(socket, 'close')
    await proxy[Symbol.asyncDispose]()
    await closed
    await expect(tunnel(proxy.url, `127.0.0.1:${server.port}`)).rejects.toThrow('ECONNREFUSED')
  })
})
