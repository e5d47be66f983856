import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Answerer, PATIENT, read, startRawServer, startServer, webFor } from './server.test-support.ts'

const settings = { maxConnections: 3, maxKeepAlive: 2, dnsTtlSec: 60, timeoutSec: 5, connectTimeoutSec: 2 }

describe('the pool', () => {
  it('opens no more connections than the setting says, over all origins, and counts who waits', async () => {
    let now = 0
    let most = 0
    const answer: Answerer = async (_, response) => {
      most = Math.max(most, ++now)
      await sleep(20)
      now--
      response.end('ok')
    }
    await using one = await startServer(answer)
    await using two = await startServer(answer)
    await using web = webFor([one, two], { pool: settings })
    const urls = Array.from({ length: 12 }, (_, n) => (n % 2 ? one.url : two.url))
    const all = Promise.all(urls.map((url) => read(web, url)))
    await sleep(10)
    expect(web.figures().pool).toMatchObject({ active: 3, waits: 9, waiting: 9, maxConnections: 3 })
    expect((await all).every(({ status }) => status === 200)).toBe(true)
    expect(most).toBeLessThanOrEqual(3)
    expect(web.figures().pool).toMatchObject({ active: 0, waiting: 0, waits: 9 })
  })

  it('uses connections again, newest first, and keeps as many idle ones as the setting says', async () => {
    await using server = await startServer()
    await using web = webFor([server], { pool: settings })
    await Promise.all([1, 2, 3].map(() => read(web, server.url)))
    expect(web.figures().pool).toMatchObject({ created: 3, idle: 2 })
    for (let n = 0; n < 10; n++) await read(web, server.url)
    expect(web.figures().pool).toMatchObject({ created: 3, reused: 10, idle: 2 })
    expect(server.connections).toBe(3)
  })

  it('opens no second connection when one is enough', async () => {
    await using server = await startServer()
    await using web = webFor([server], { pool: settings })
    for (let n = 0; n < 20; n++) await read(web, server.url)
    expect(server.connections).toBe(1)
  })

  it('closes an idle connection of another origin when there is no room', async () => {
    const servers = await Promise.all([1, 2, 3, 4, 5].map(() => startServer()))
    await using web = webFor(servers, { pool: { ...settings, maxConnections: 2 } })
    for (const { url } of servers) expect(await read(web, url)).toMatchObject({ status: 200 })
    expect(web.figures().pool).toMatchObject({ created: 5, active: 0, idle: 2, waits: 0 })
    for (const server of servers) await server[Symbol.asyncDispose]()
  })

  it('makes a new connection when the server has closed the idle one', async () => {
    await using server = await startServer()
    await using web = webFor([server], { pool: settings })
    await read(web, server.url)
    server.hangUp()
    expect(await read(web, server.url)).toMatchObject({ status: 200 })
    await sleep(20)
    server.hangUp()
    await sleep(20)
    expect(web.figures().pool.idle).toBe(0)
    expect(await read(web, server.url)).toMatchObject({ status: 200 })
  })

  it('tries again on a new connection when an idle one breaks under the request, and only then', async () => {
    let asked = 0
    await using server = await startRawServer((socket) => {
      let answered = false
      socket.on('data', () => {
        asked++
        if (answered) socket.destroy()
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        answered = true
      })
    })
    await using web = webFor([server], { pool: settings })
    expect((await read(web, server.url)).bytes.toString()).toBe('ok')
    expect((await read(web, server.url)).bytes.toString()).toBe('ok')
    expect(asked).toBe(3)
    await using rude = await startRawServer((socket) => socket.once('data', () => socket.destroy()))
    await using other = webFor([rude])
    await expect(read(other, rude.url)).rejects.toMatchObject({ code: 'remote-unreachable' })
    expect(rude.connections).toBe(1)
  })

  it('lets one who gives up waiting leave the queue without harm to the others', async () => {
    await using server = await startServer((request, response) => {
      if (request.url === '/slow') setTimeout(() => response.end('slow'), 100)
      else response.end('ok')
    })
    await using web = webFor([server], { pool: { ...settings, maxConnections: 1, maxKeepAlive: 1 } })
    const slow = read(web, `${server.url}/slow`)
    const impatient = web.open({ url: server.url }, AbortSignal.timeout(20))
    const patient = read(web, server.url)
    await expect(impatient).rejects.toMatchObject({ name: 'TimeoutError' })
    expect((await slow).bytes.toString()).toBe('slow')
    expect((await patient).bytes.toString()).toBe('ok')
    expect(server.requests).toHaveLength(2)
  })

  it('gives the place of an answer back that nobody reads to its end', async () => {
    await using server = await startServer((_, response) => response.end(Buffer.alloc(5_000_000)))
    await using web = webFor([server], { pool: { ...settings, maxConnections: 1, maxKeepAlive: 1 } })
    for (let n = 0; n < 5; n++) {
      await using answer = await web.open({ url: server.url }, PATIENT)
      if (n % 2) for await (const _ of answer.body) break
    }
    await sleep(20)
    expect(web.figures().pool).toMatchObject({ active: 0, waiting: 0 })
  })

  it('does not wait long for a connection that is not made, and tells the reason of one that is refused', async () => {
    await using gone = await startServer()
    await using web = webFor([gone], { pool: settings })
    await gone[Symbol.asyncDispose]()
    await expect(read(web, gone.url)).rejects.toMatchObject({
      code: 'remote-unreachable',
      why: 'Nothing listens there.',
    })
    expect(web.figures().pool).toMatchObject({ active: 0, created: 0 })
    const lookup = () => new Promise<never>(() => {})
    await using stuck = webFor([], { lookup, pool: { ...settings, connectTimeoutSec: 0.1 } })
    await expect(read(stuck, 'http://film.example/')).rejects.toMatchObject({ code: 'remote-unreachable' })
    expect(stuck.figures().pool.active).toBe(0)
  })

  it('loses no place, whoever leaves whenever and whatever servers do', async () => {
    const answer: Answerer = async (request, response) => {
      const [how, waitMs] = (request.url ?? '').slice(1).split('-')
      await sleep(Number(waitMs))
      if (how === 'cut') return request.socket.destroy()
      response.writeHead(200, how === 'close' ? { connection: 'close' } : {})
      response.end(Buffer.alloc(how === 'long' ? 500_000 : 10))
    }
    await using one = await startServer(answer)
    await using two = await startServer(answer)
    const request = fc.record({
      isFirst: fc.boolean(),
      how: fc.constantFrom('ok', 'cut', 'close', 'long'),
      waitMs: fc.integer({ min: 0, max: 8 }),
      leaveAfterMs: fc.integer({ min: 1, max: 40 }),
      isRead: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 30 }), async (requests) => {
        await using web = webFor([one, two], { pool: settings })
        const run = async ({ isFirst, how, waitMs, leaveAfterMs, isRead }: (typeof requests)[number]) => {
          const url = `${(isFirst ? one : two).url}/${how}-${waitMs}`
          await using answer = await web.open({ url }, AbortSignal.timeout(leaveAfterMs))
          if (isRead) await Array.fromAsync(answer.body)
        }
        await Promise.allSettled(requests.map(run))
        await expect.poll(() => web.figures().pool).toMatchObject({ active: 0, waiting: 0 })
        expect(web.figures().pool.idle).toBeLessThanOrEqual(settings.maxKeepAlive)
        expect(await read(web, `${one.url}/ok-0`)).toMatchObject({ status: 200 })
      }),
      { numRuns: 40 },
    )
  })

  it('ends what is under way when it is ended', async () => {
    await using server = await startServer((_, response) => response.write('begin'))
    const web = webFor([server])
    await using answer = await web.open({ url: server.url }, PATIENT)
    const reading = Array.fromAsync(answer.body)
    await web[Symbol.asyncDispose]()
    await expect(reading).rejects.toMatchObject({ code: 'remote-broken' })
  })
})
