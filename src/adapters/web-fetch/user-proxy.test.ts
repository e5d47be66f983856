import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { PATIENT, startServer, webFor } from './server.test-support.ts'

/** A proxy that leads everybody everywhere, and tells where. */
async function startProxy(answer?: string) {
  const asked: IncomingMessage[] = []
  const server = createServer()
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    asked.push(request)
    if (answer !== undefined) return client.end(answer)
    const { hostname, port } = new URL(`http://${request.url}`)
    const upstream = connect(Number(port || 80), hostname, () => client.write('HTTP/1.1 200 OK\r\nVia: x\r\n\r\n'))
    upstream
      .on('error', () => client.destroy())
      .pipe(client.on('error', () => {}))
      .pipe(upstream)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { port, asked, [Symbol.asyncDispose]: async () => server.close().closeAllConnections() }
}

const film = { host: 'film.example' }
const lookup = async (name: string) => {
  if (name !== 'film.example') throw new Error('Nobody knows it')
  return [{ address: '127.0.0.1', family: 4 as const }]
}
const through = (proxy: string) => ({ identity: { headers: {}, hosts: [], proxy } })

describe("a user's proxy", () => {
  it('leads to the address that was checked, and knows no name', async () => {
    await using server = await startServer()
    await using proxy = await startProxy()
    await using web = webFor([], { lookup, allowHosts: [film, { host: '127.0.0.1', port: proxy.port }] })
    const wish = through(`http://user:p%40ss@127.0.0.1:${proxy.port}`)
    for (let n = 0; n < 2; n++) {
      await using answer = await web.open({ url: `http://film.example:${server.port}/x`, ...wish }, PATIENT)
      expect(Buffer.concat(await Array.fromAsync(answer.body)).toString()).toBe('ok')
    }
    expect(proxy.asked.map(({ url }) => url)).toEqual([`127.0.0.1:${server.port}`])
    expect(proxy.asked[0]?.headers['proxy-authorization']).toBe(`Basic ${btoa('user:p@ss')}`)
    expect(server.requests[0]?.headers.host).toBe(`film.example:${server.port}`)
    expect(server.requests[0]?.headers['proxy-authorization']).toBeUndefined()
  })

  it('shares no connection with those who go without it', async () => {
    await using server = await startServer()
    await using proxy = await startProxy()
    await using web = webFor([server], { lookup, allowHosts: [film, { host: '127.0.0.1' }] })
    for (const wish of [{}, through(`http://127.0.0.1:${proxy.port}`)]) {
      await using answer = await web.open({ url: `http://film.example:${server.port}/`, ...wish }, PATIENT)
      await Array.fromAsync(answer.body)
    }
    expect([server.connections, proxy.asked.length]).toEqual([2, 1])
  })

  it.each([
    ['http://10.0.0.1:3128', 'address-refused'],
    ['http://localhost:3128', 'address-refused'],
    ['http://[::1]:3128', 'address-refused'],
    ['http://nobody.example:3128', 'remote-unreachable'],
    ['socks5://film.example:1080', 'invalid-input'],
    ['https://film.example:3128', 'invalid-input'],
    ['nonsense', 'invalid-input'],
  ])('%s is not used: %s', async (proxy, code) => {
    await using server = await startServer()
    await using web = webFor([server])
    await expect(web.open({ url: server.url, ...through(proxy) }, PATIENT)).rejects.toMatchObject({ code })
    expect(server.connections).toBe(0)
  })

  it('is no way inward', async () => {
    await using proxy = await startProxy()
    await using server = await startServer()
    await using web = webFor([], { lookup, allowHosts: [{ host: '127.0.0.1', port: proxy.port }] })
    const wish = through(`http://127.0.0.1:${proxy.port}`)
    for (const url of [server.url, `http://film.example:${server.port}/`, 'http://169.254.169.254/']) {
      await expect(web.open({ url, ...wish }, PATIENT)).rejects.toMatchObject({ code: 'address-refused' })
    }
    expect(proxy.asked).toEqual([])
  })

  it.each([
    ['HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', /407/],
    ['HTTP/1.1 502 Bad Gateway\r\n\r\n', /502/],
    ['SSH-2.0\r\n\r\n', /does not speak HTTP/],
    ['', /./],
    ['x'.repeat(20_000), /./],
  ])('that answers %.40j makes the target unreachable', async (answer, why) => {
    await using proxy = await startProxy(answer)
    await using web = webFor([], { lookup, allowHosts: [film, { host: '127.0.0.1', port: proxy.port }] })
    const asked = web.open({ url: 'http://film.example/', ...through(`http://127.0.0.1:${proxy.port}`) }, PATIENT)
    await expect(asked).rejects.toMatchObject({ code: 'remote-unreachable', why: expect.stringMatching(why) })
    expect(web.figures().pool.active).toBe(0)
  })
})
