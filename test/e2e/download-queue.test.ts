import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Download, DownloadFigures, DownloadOrder } from '#surfaces/http/contract/download.ts'
import { type Origin, startOrigin } from '#test/support/origin/start-origin.ts'
import { syntheticStream } from '#test/support/origin/streams/synthetic.ts'
import { type RunningServer, startServer } from '#test/support/start-server.ts'

let origin: Origin
beforeAll(async () => {
  origin = await startOrigin({ latencyMs: 5 })
})
afterAll(() => origin[Symbol.asyncDispose]())

const serverFor = (env: Readonly<Record<string, string>> = {}, dataDir?: string) =>
  startServer({ env: { FETCH_ALLOW_HOSTS: origin.hostPort, ...env }, ...(dataDir !== undefined && { dataDir }) })
const MANY = { RATE_LIMIT_DOWNLOAD: '100000/min' }

const streams = (count: number, name: string) =>
  Array.from({ length: count }, (_, index) =>
    syntheticStream(origin, { segments: 4, segmentBytes: 60_000 + index, folder: `/${name}-${index}/` }),
  )

async function order(server: RunningServer, wish: DownloadOrder, headers: Record<string, string> = {}) {
  return fetch(`${server.url}/api/download`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url, ...headers },
    body: JSON.stringify(wish),
  })
}

async function act(server: RunningServer, id: string, action: string): Promise<number> {
  const options = { method: 'POST', headers: { origin: server.url, 'content-type': 'application/json' }, body: '{}' }
  return (await fetch(`${server.url}/api/downloads/${id}/${action}`, options)).status
}

async function listed(server: RunningServer): Promise<readonly Download[]> {
  return ((await (await fetch(`${server.url}/api/downloads`)).json()) as { downloads: Download[] }).downloads
}

async function figures(server: RunningServer): Promise<DownloadFigures> {
  return ((await (await fetch(`${server.url}/api/status`)).json()) as { downloads: DownloadFigures }).downloads
}

/** Looks until it is so; the test's own limit ends it otherwise. */
async function until<Value>(look: () => Promise<Value>, isSo: (value: Value) => boolean): Promise<Value> {
  for (;;) {
    const value = await look()
    if (isSo(value)) return value
    await sleep(200)
  }
}

describe('a hundred downloads at once', () => {
  it('all come to their end byte for byte, a few at a time, while the server answers', {
    timeout: 240_000,
  }, async () => {
    await using server = await serverFor({ ...MANY, RESOURCE_MONITOR_ENABLED: 'false' })
    const truths = new Map(streams(100, 'many').map(({ url, renditions }) => [new URL(url).pathname, renditions.main]))
    for (const path of truths.keys())
      expect((await order(server, { url: `${origin.url}${path}`, target: 'file' })).status).toBe(202)

    const waits: number[] = []
    let mostRunning = 0
    const stop = new AbortController()
    const asking = (async () => {
      while (!stop.signal.aborted) {
        const startMs = performance.now()
        expect((await fetch(`${server.url}/health`)).status).toBe(200)
        waits.push(performance.now() - startMs)
        await sleep(20)
      }
    })()
    const done = await until(
      async () => {
        const all = await listed(server)
        mostRunning = Math.max(mostRunning, all.filter(({ state }) => state === 'running').length)
        return all
      },
      (all) => all.every(({ state }) => state === 'done' || state === 'failed'),
    )
    stop.abort()
    await asking
    const p99Ms = waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.99)]
    process.stdout.write(
      `/health while 100 downloads ran: p99 ${p99Ms?.toFixed(1)} ms of ${waits.length} answers, at most ${mostRunning} ran at once\n`,
    )
    expect(done).toHaveLength(100)
    for (const { url, result } of done) {
      expect(result?.sha256, url).toBe(truths.get(new URL(url).pathname)?.sha256)
    }
    expect(mostRunning).toBeLessThanOrEqual((await figures(server)).governor.downloads.most)
  })
})

describe('a queue', () => {
  it('outlives the death of the server; what was paused stays paused until it is resumed', {
    timeout: 120_000,
  }, async () => {
    await using first = await serverFor(MANY)
    origin.network.bytesPerSec = 100_000
    const [slow, other] = [
      syntheticStream(origin, { segments: 40, segmentBytes: 400_000, folder: '/slow/' }),
      syntheticStream(origin, { segments: 40, segmentBytes: 400_000, folder: '/other/' }),
    ]
    for (const { url } of [slow, other]) await order(first, { url, target: 'file' })
    const running = await until(
      () => listed(first),
      (all) => all.length === 2 && all.every(({ progress }) => (progress?.percent ?? 0) > 0),
    )
    const paused = running.find(({ url }) => url === slow.url) as Download
    expect(await act(first, paused.jobId, 'pause')).toBe(204)
    await until(
      () => listed(first),
      (all) => all.some(({ state }) => state === 'paused'),
    )
    await first.kill9()

    origin.network.bytesPerSec = null
    await using second = await serverFor(MANY, first.dataDir)
    const ended = await until(
      () => listed(second),
      (all) => all.some(({ url, state }) => url === other.url && state === 'done'),
    )
    expect(ended.find(({ url }) => url === other.url)?.result?.sha256).toBe(other.renditions.main?.sha256)
    expect(ended.find(({ url }) => url === slow.url)?.state).toBe('paused')
    expect(await act(second, paused.jobId, 'resume')).toBe(204)
    const all = await until(
      () => listed(second),
      (now) => now.every(({ state }) => state === 'done'),
    )
    expect(all.find(({ url }) => url === slow.url)?.result?.sha256).toBe(slow.renditions.main?.sha256)
    await second.stop()
  })
})

describe('the limits of downloads', () => {
  it('hold under a burst, whatever the callers say of where they come from', { timeout: 60_000 }, async () => {
    await using server = await serverFor()
    const url = streams(1, 'burst')[0]?.url ?? ''
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        order(
          server,
          { url, target: 'file' },
          { 'x-forwarded-for': `203.0.113.${index}`, forwarded: `for=198.51.100.${index}` },
        ),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 202)).toHaveLength(3)
    expect(statuses.filter((status) => status === 429)).toHaveLength(27)
    const refused = answers.find(({ status }) => status === 429)
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused?.headers.get('ratelimit-policy')).toMatch(/q=3;\s*w=60/)
    expect((await refused?.json()) as object).toMatchObject({ code: 'rate-exceeded' })
  })
})

describe('the governor', () => {
  it('lets less run while the processors are busy, and as much as before afterwards', {
    timeout: 180_000,
  }, async () => {
    await using server = await serverFor({
      RESOURCE_CHECK_INTERVAL: '1',
      RESOURCE_CPU_THRESHOLD: '95',
      RESOURCE_MEMORY_THRESHOLD: '100',
    })
    const cores = (await import('node:os')).availableParallelism()
    const busy = Array.from({ length: cores }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }))
    try {
      const low = await until(
        () => figures(server),
        ({ governor }) => governor.downloads.now < governor.downloads.most,
      )
      expect(low.governor.connections.now).toBeLessThan(low.governor.connections.most)
      expect(low.governor.history.at(-1)?.why).toMatch(/cpu \d+ %/)
    } finally {
      for (const child of busy) child.kill('SIGKILL')
    }
    const back = await until(
      () => figures(server),
      ({ governor }) => governor.downloads.now === governor.downloads.most,
    )
    expect(back.governor.history.at(-1)?.why).toMatch(/quiet/)
  })

  it('lets less run while the memory is nearly full', { timeout: 60_000 }, async () => {
    await using server = await serverFor({
      RESOURCE_CHECK_INTERVAL: '1',
      RESOURCE_CPU_THRESHOLD: '100',
      RESOURCE_MEMORY_THRESHOLD: '1',
    })
    const { governor } = await until(
      () => figures(server),
      (now) => now.governor.downloads.now === 1,
    )
    expect(governor.history[0]?.why).toMatch(/memory \d+ %/)
  })
})
