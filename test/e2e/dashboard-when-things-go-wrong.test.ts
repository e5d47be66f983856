import { mkdtemp, readdir, rename as move, rm, statfs, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EVENTS_PATH, VIDEOS_PATH, videoPath } from '#surfaces/http/contract/addresses.ts'
import type { Problem } from '#surfaces/http/contract/problem.ts'
import { type BreakingProxy, startBreakingProxy } from '../support/breaking-proxy.ts'
import { type Dashboard, startDashboard } from '../support/dashboard.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { makeDataDir, type RunningServer, startServer } from '../support/start-server.ts'
import { openTelegramLab } from '../support/telegram-lab.ts'
import { uploadByCli } from '../support/upload-by-cli.ts'

/** Small packs, so that a film lies in several; nothing is read before it is asked for, and nothing is kept. */
const LOSABLE = { MAX_CHUNK_SIZE: '262144', PRELOAD_SEGMENTS: '0', ENABLE_CACHE_WARMING: 'false', CACHE_SIZE: '0' }
/** More than any disk has. */
const ROOMY = { MAX_UPLOAD_SIZE: String(16 * 2 ** 40) }

let film: string
let folder: string
let dataDir: string
let videoId: string
let server: RunningServer
let dashboard: Dashboard

beforeAll(async () => {
  film = await mediaFile('mp4-two-voices')
  ;[folder, dataDir] = await Promise.all([mkdtemp(join(tmpdir(), 'telereel-films-')), makeDataDir()])
  ;({ videoId } = await uploadByCli({ dataDir }, film, LOSABLE))
  ;[server, dashboard] = await Promise.all([startServer({ dataDir, env: { ...LOSABLE, ...ROOMY } }), startDashboard()])
})

afterAll(async () => {
  await dashboard?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
  for (const path of [folder, dataDir]) await rm(path, { recursive: true, force: true })
})

describe('a film whose bytes the store has lost', () => {
  it('says why in the words of the server, and plays when they are back', async () => {
    await using opened = await dashboard.open(server.url)
    const { page } = opened
    const back = await losePacks()
    const refused = page.waitForResponse((answer) => answer.url().includes('/segment/') && answer.status() === 500)
    await page.goto(`${server.url}/video/${videoId}?play=1`)
    const alert = page.getByRole('region', { name: /^Player:/ }).getByRole('alert')
    await alert.waitFor({ timeout: 30_000 })
    await alert.getByText(await reasonFor((await refused).url())).waitFor()
    expect(await opened.barriers()).toEqual([])
    await back()
    await alert.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(() => opened.media('currentTime'), { timeout: 15_000 }).toBeGreaterThan(0.5)
    expect(await alert.count()).toBe(0)
  })

  it('plays on as far as the bytes go', async () => {
    await using opened = await dashboard.open(server.url)
    const { page } = opened
    const back = await losePacks((position) => position > 1)
    await page.clock.install()
    const refused = page.waitForResponse((answer) => answer.url().includes('/segment/') && answer.status() === 500)
    await page.goto(`${server.url}/video/${videoId}?play=1`)
    await expect.poll(() => opened.media('currentTime'), { timeout: 15_000 }).toBeGreaterThan(0)
    const alert = page.getByRole('region', { name: /^Player:/ }).getByRole('alert')
    // It is given up long before what has come is played.
    const isTold = async () => {
      await page.clock.fastForward(8000)
      return (await alert.count()) === 1
    }
    await expect.poll(isTold, { timeout: 30_000 }).toBe(true)
    await alert.getByText(await reasonFor((await refused).url())).waitFor()
    const stoppedSec = await opened.media('currentTime')
    expect(stoppedSec).toBeGreaterThan(1)
    expect(await leftToPlaySec(page)).toBeLessThan(0.5)
    await back()
    await alert.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(() => opened.media('currentTime'), { timeout: 30_000 }).toBeGreaterThan(stoppedSec + 0.5)
  })
})

describe('a server that is away for a moment', () => {
  it('is waited for, and the player says so', async () => {
    await using proxy = await startBreakingProxy(server.url)
    await using opened = await dashboard.open(proxy.url)
    const { page } = opened
    await page.clock.install()
    proxy.break(/\.m4s$/, 'cut')
    await page.goto(`${proxy.url}/video/${videoId}?play=1`)
    const player = page.getByRole('region', { name: /^Player:/ })
    await player.getByRole('status').getByText('The server does not answer. Trying again…').waitFor()
    proxy.mend()
    await page.clock.fastForward(8000)
    await expect.poll(() => opened.media('currentTime'), { timeout: 30_000 }).toBeGreaterThan(0.5)
    expect(await player.getByRole('alert').count()).toBe(0)
  })
})

describe.each([
  ['refuses the live feed', 'refuse'],
  ['cuts the live feed', 'cut'],
  ['lets nothing of the live feed through', 'hush'],
] as const)('a proxy that %s', (_, how) => {
  it('does not keep what is new from the page, which listens again when it is let', async () => {
    await using proxy = await startBreakingProxy(server.url)
    await using opened = await dashboard.open(`${proxy.url}/?q=${how}`)
    const { page } = opened
    await clockOf(page)
    const lost = page.getByRole('banner').getByText(/^Live updates lost/)
    await page.getByRole('heading', { name: 'No video has all of this' }).waitFor()
    expect(await lost.count()).toBe(0)

    proxy.break(new RegExp(`^${EVENTS_PATH}`), how)
    // Who hears nothing cannot know at once.
    if (how === 'hush') await page.clock.fastForward(60_000)
    await page.getByRole('banner').getByText('Reconnecting…').waitFor()
    await page.clock.fastForward(11_000)
    await lost.waitFor()
    await expect.poll(() => proxy.broken.length, { timeout: 15_000 }).toBeGreaterThan(0)
    await rename(`${how} asked`)
    await page.clock.fastForward(6000)
    await page.getByRole('link', { name: `${how} asked` }).waitFor()

    proxy.mend()
    await page.clock.fastForward(60_000)
    await expect.poll(() => lost.count(), { timeout: 30_000 }).toBe(0)
    // Told, not asked for: the page has asked for what it had missed.
    const before = await askedAtRest(proxy)
    await rename(`${how} told`)
    await page.getByRole('link', { name: `${how} told` }).waitFor()
    expect(listsAsked(proxy)).toBe(before)
  })
})

describe('an upload that waits has its reason beside it', () => {
  it('while Telegram asks for patience, and when it refuses', async () => {
    await using lab = await openTelegramLab()
    await using telegramServer = await lab.serve()
    await using opened = await dashboard.open(`${telegramServer.url}/upload`)
    const { page } = opened
    lab.telegram.faults.add({ method: 'sendDocument', fault: { do: 'flood', retryAfterSec: 3 } })
    await chooseFile(page, film)
    const row = page.getByRole('main').getByRole('listitem').filter({ hasText: 'two-voices' }).first()
    const patience = row.getByText(/limited by Telegram; it may send again in \d+ s/)
    await patience.waitFor({ timeout: 30_000 })
    await row.getByText('Re-encoded').waitFor({ timeout: 60_000 })
    expect(await patience.count()).toBe(0)

    lab.telegram.happen({ what: 'revoke-token', botId: lab.telegram.bots[0]?.id ?? 0 })
    await chooseFile(page, film)
    await row.getByText(/@BotFather/).waitFor({ timeout: 30_000 })
    const waiting = (await telegramServer.api.videos()).find(({ state }) => state === 'processing')
    const { failure } = await telegramServer.api.waitJobFailure(waiting?.id ?? '')
    await row.getByText(failure?.message ?? 'none').waitFor()
    expect(await opened.barriers()).toEqual([])
  })

  it('when there is no room: how much is missing', async () => {
    const path = join(folder, 'huge.mp4')
    await writeFile(path, '')
    const { blocks, bsize } = await statfs(folder)
    await truncate(path, blocks * bsize)
    await using opened = await dashboard.open(`${server.url}/upload`)
    const { page } = opened
    await chooseFile(page, path)
    const alert = page.getByRole('listitem').filter({ hasText: 'huge.mp4' }).getByRole('alert')
    await alert.getByText(/^Not enough space: .+ free, .+ needed\./).waitFor()
    await alert.getByText(/Free .+ on the disk of the data folder\./).waitFor()
    await page.getByRole('button', { name: 'Try again: huge.mp4' }).waitFor()
    expect(await opened.barriers()).toEqual([])
  })
})

/** Why the server does not give what stands at an address. */
async function reasonFor(address: string): Promise<string> {
  return ((await (await fetch(address)).json()) as Problem).detail
}

/** Takes packs of the film out of the store; the function puts them back. */
async function losePacks(isLost: (position: number) => boolean = () => true): Promise<() => Promise<void>> {
  const blobs = join(dataDir, 'blobs', videoId)
  const lost = (await readdir(blobs)).filter((name) => isLost(Number.parseInt(name, 10)))
  expect(lost).not.toEqual([])
  for (const name of lost) await move(join(blobs, name), join(folder, name))
  return async () => {
    for (const name of lost) await move(join(folder, name), join(blobs, name))
  }
}

/** Gives the film another title, as another page would. */
async function rename(title: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(server.url + videoPath(videoId), {
    method: 'PATCH',
    headers,
    body: JSON.stringify({ title }),
  })
  expect(answer.status).toBe(200)
}

/** From now on the clock of the page can be set forward. */
async function clockOf(page: Page): Promise<void> {
  await page.clock.install()
  await page.reload()
}

function listsAsked({ asked }: BreakingProxy): number {
  return asked.filter((line) => line.includes(VIDEOS_PATH)).length
}

/** How often lists were asked for, when no more of it comes. */
async function askedAtRest(proxy: BreakingProxy): Promise<number> {
  for (let before = -1; ; ) {
    const count = listsAsked(proxy)
    if (count === before) return count
    before = count
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

async function chooseFile(page: Page, path: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose files' }).click()
  await (await chooser).setFiles(path)
}

async function leftToPlaySec(page: Page): Promise<number> {
  const script = "(v => v.buffered.length ? v.buffered.end(0) - v.currentTime : 0)(document.querySelector('video'))"
  return Number(await page.evaluate(script))
}
