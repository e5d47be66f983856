import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { downloadByCli } from '../support/download-by-cli.ts'
import { downloadUntilDone } from '../support/download-until-done.ts'
import type { FaultRule } from '../support/origin/fault.ts'
import { startOrigin } from '../support/origin/start-origin.ts'
import { type LiveOptions, liveStream } from '../support/origin/streams/live.ts'

let folder: string
let count = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-live-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const ARGS = ['--container', 'original']
const STREAM = { folder: '/live/', segments: 14 } as const

describe.concurrent('a live stream that is recorded from the start of its window', () => {
  it.each<[string, Partial<LiveOptions>]>([
    ['that slides and ends', {}],
    ['whose sequence is far along', { mediaSequence: 7794 }],
    ['of the kind EVENT', { event: true }],
    ['that begins anew', { restartAt: 9 }],
    ['with a discontinuity', { discontinuityAt: 8 }],
    ['that sends updates only', { skip: true }],
  ])('%s comes byte for byte', async (_name, options) => {
    const { done, truth } = await recorded(options)
    expect(done.code, done.stderr).toBe(0)
    expect(done.sha256).toBe(truth.sha256)
    expect(done.summary).toMatchObject({ state: 'complete', gaps: [] })
  })

  it.each<[string, FaultRule]>([
    ['fails now and then', { percent: 30, fault: { kind: 'status', status: 503 } }],
    ['is cut now and then', { percent: 30, fault: { kind: 'cut', share: 0.5 } }],
    ['is empty now and then', { percent: 20, fault: { kind: 'empty' } }],
  ])('whose playlist %s comes without a gap', async (_name, rule) => {
    const { done, truth } = await recorded({}, { path: /index/, ...rule })
    expect(done.code, done.stderr).toBe(0)
    expect(done.sha256).toBe(truth.sha256)
  })

  it('whose window jumps comes with a gap that is told', async () => {
    const { done, truth } = await recorded({ segments: 20, jump: { at: 8, lost: 3 } })
    expect(done.code, done.stderr).toBe(3)
    expect(done.summary?.gaps).toMatchObject([{ rendition: 'main', msn: 8, count: 3 }])
    expect(done.sha256).toBe(truth.sha256)
  })

  it('that is stopped by hand keeps what is there and ends well', async () => {
    await using origin = await startOrigin()
    const live = await liveStream(origin, { folder: '/live/', segments: 40 })
    const done = await downloadByCli(live.url, {
      ...(await place(origin.hostPort)),
      signal: { name: 'SIGINT', afterMs: 6000 },
    })
    expect([done.code, done.summary?.state], done.stderr).toEqual([0, 'complete'])
    expect(done.summary?.bytes).toBeGreaterThan(0)
  })

  it('ends by itself after the time that was wished', async () => {
    await using origin = await startOrigin()
    const live = await liveStream(origin, { folder: '/live/', segments: 40 })
    const where = await place(origin.hostPort)
    const done = await downloadByCli(live.url, { ...where, args: [...ARGS, '--duration', '8'] })
    expect([done.code, done.summary?.state], done.stderr).toEqual([0, 'complete'])
    expect(live.made).toBeLessThan(40)
  })

  it('that is killed and begun again within the window loses nothing', async () => {
    await using origin = await startOrigin()
    const live = await liveStream(origin, { folder: '/live/', segments: 20, window: 12 })
    const where = await place(origin.hostPort)
    const { last } = await downloadUntilDone(origin, live.url, { ...where, kills: 3, latestKillMs: 4000 })
    expect(last.code, last.stderr).toBe(0)
    expect(last.sha256).toBe(live.renditions.main.sha256)
  })
})

async function recorded(options: Partial<LiveOptions>, fault?: FaultRule) {
  await using origin = await startOrigin({ seed: 2 })
  const live = await liveStream(origin, { ...STREAM, ...options })
  // The first load decides that there is a stream at all.
  const soon = sleep(1500).then(() => fault && origin.setFault(fault))
  const done = await downloadByCli(live.url, await place(origin.hostPort))
  await soon
  expect(done.hung, done.stderr).toBe(false)
  return { done, truth: live.renditions.main }
}

async function place(allow: string) {
  const dataDir = join(folder, `live-${++count}`)
  await mkdir(dataDir)
  return { dataDir, output: join(dataDir, 'film.ts'), allow, args: ARGS }
}
