import { describe, expect, it } from 'vitest'
import { Problem } from '../contract/problem.ts'
import { DownloadServer } from '../routes/downloads.test-support.ts'
import type { TestServerOptions } from '../http.test-support.ts'

const URL = 'https://films.test/a.m3u8'
const RATES = { info: { count: 10, windowMs: 60_000 }, download: { count: 3, windowMs: 60_000 } }

const open = (config: TestServerOptions['config'] = {}) => DownloadServer.open({ rates: RATES, ...config })

const order = (server: DownloadServer, forwardedFor?: string, body: object = { url: URL }) =>
  server.send('POST', '/api/download', body, forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor })

describe('the limits of calls', () => {
  it('let three downloads a minute in, then say when the next may come', async () => {
    await using server = await open()
    for (const left of [2, 1, 0]) {
      const { status, headers } = await order(server)
      expect([status, headers['ratelimit-policy']]).toEqual([202, '"download";q=3;w=60'])
      expect(headers.ratelimit).toMatch(new RegExp(`^"download";r=${left};t=(59|60)$`))
    }
    const { status, headers, body } = await order(server)
    expect([status, headers['content-type']]).toEqual([429, 'application/problem+json'])
    expect(headers['ratelimit-policy']).toBe('"download";q=3;w=60')
    expect(headers.ratelimit).toBe(`"download";r=0;t=${headers['retry-after']}`)
    expect(Number(headers['retry-after'])).toBeGreaterThan(55)
    expect(Problem.parse(JSON.parse(body.toString()))).toMatchObject({
      ...{ code: 'rate-exceeded', detail: '3 downloads a minute are taken.' },
      fix: `The next one may come in ${headers['retry-after']} s.`,
    })
    expect(await server.jobs.list()).toHaveLength(3)
  })

  it('hold under a burst, for both routes by themselves', async () => {
    await using server = await open()
    const orders = await Promise.all(Array.from({ length: 50 }, () => order(server)))
    const questions = await Promise.all(
      Array.from({ length: 50 }, () => server.send('POST', '/api/video-info', { url: URL })),
    )
    expect(orders.filter(({ status }) => status === 202)).toHaveLength(3)
    expect(questions.filter(({ status }) => status === 200)).toHaveLength(10)
    for (const { status, headers } of [...orders, ...questions]) {
      expect(headers.ratelimit).toBeDefined()
      if (status === 429) expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    }
  })

  it('count what is not right too, and say so on its answer', async () => {
    await using server = await open()
    const wrong = await order(server, undefined, { url: 'ftp://films.test/' })
    expect([wrong.status, wrong.headers.ratelimit]).toEqual([422, '"download";r=2;t=60'])
    const broken = await order(server, undefined, {})
    expect([broken.status, broken.headers.ratelimit]).toEqual([400, expect.stringMatching('r=1')])
  })

  it('are not moved by a forged X-Forwarded-For', async () => {
    await using server = await open()
    const answers = []
    for (let each = 0; each < 8; each++) answers.push((await order(server, `198.51.100.${each}`)).status)
    expect(answers).toEqual([202, 202, 202, 429, 429, 429, 429, 429])
  })

  it('believe a trusted proxy about who asks, and not what callers told the proxy', async () => {
    await using server = await open({ trustedProxies: ['127.0.0.0/8'] })
    for (let each = 0; each < 3; each++) expect((await order(server, '198.51.100.1')).status).toBe(202)
    // Proxies append: what stands before is the caller's own word.
    expect((await order(server, '203.0.113.9, 198.51.100.1')).status).toBe(429)
    expect((await order(server, '198.51.100.2')).status).toBe(202)
  })

  it('count the /64 of an IPv6 address as one caller', async () => {
    await using server = await open({ trustedProxies: ['127.0.0.1'] })
    for (let each = 0; each < 3; each++) expect((await order(server, `2001:db8::${each}:1`)).status).toBe(202)
    expect((await order(server, '2001:db8:0:0:ffff::1')).status).toBe(429)
    expect((await order(server, '2001:db8:0:1::1')).status).toBe(202)
  })

  it('let the next one in when the window has moved on, not before', async () => {
    await using server = await open({ rates: { ...RATES, download: { count: 2, windowMs: 400 } } })
    const firstMs = performance.now()
    for (let each = 0; each < 2; each++) expect((await order(server)).status).toBe(202)
    for (;;) {
      const { status } = await order(server)
      if (status === 202) break
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(performance.now() - firstMs).toBeGreaterThan(399)
  })
})
