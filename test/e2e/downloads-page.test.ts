import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Dashboard, type DashboardPage, LOOKS, startDashboard } from '../support/dashboard.ts'
import { type Origin, startOrigin } from '../support/origin/start-origin.ts'
import { liveStream } from '../support/origin/streams/live.ts'
import { multivariant } from '../support/origin/streams/multivariant.ts'
import { plainFile } from '../support/origin/streams/plain-file.ts'
import { missingSegment, tsStream } from '../support/origin/streams/simple.ts'
import { syntheticStream } from '../support/origin/streams/synthetic.ts'
import { makeDataDir, type RunningServer, startServer } from '../support/start-server.ts'

let origin: Origin
let server: RunningServer
let dashboard: Dashboard

beforeAll(async () => {
  origin = await startOrigin()
  const env = { FETCH_ALLOW_HOSTS: origin.hostPort, RATE_LIMIT_DOWNLOAD: '100/min', RATE_LIMIT_INFO: '100/min' }
  ;[server, dashboard] = await Promise.all([startServer({ env }), startDashboard()])
})

afterAll(async () => {
  await dashboard?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
  await origin?.[Symbol.asyncDispose]()
})

describe('the pages of downloads, while there are none', () => {
  it.each(LOOKS)('have no barriers: $theme, $width px', async (look) => {
    await using opened = await dashboard.open(`${server.url}/downloads`, look)
    const { page } = opened
    await page.getByRole('heading', { name: 'Nothing has been downloaded yet' }).waitFor()
    expect(await opened.barriers()).toEqual([])
    await page.getByRole('button', { name: 'More options' }).click()
    await page.getByRole('textbox', { name: 'Headers' }).fill('no header')
    await page.getByText('“no header” is not “Name: value”.').waitFor()
    expect(await opened.barriers()).toEqual([])
    await page.goto(`${server.url}/dashboard`)
    await page.getByRole('heading', { name: 'Playlist cache' }).waitFor()
    await page.getByRole('heading', { name: 'Governor' }).waitFor()
    expect(await opened.barriers()).toEqual([])
    expect(opened.complaints).toEqual([])
  })
})

describe('a look', () => {
  it('tells length, formats and languages of a stream', async () => {
    const { url } = await multivariant(origin, '/looked-at/')
    await using opened = await openPage()
    const { page } = opened
    await page.getByRole('textbox', { name: 'Addresses' }).fill(url)
    await page.getByText('HLS stream: fetched segment by segment').waitFor()
    await page.getByRole('button', { name: 'Look', exact: true }).click()
    await page.getByRole('radio', { name: /360p/ }).waitFor()
    await page.getByRole('radio', { name: /180p/ }).waitFor()
    const card = page.getByRole('list', { name: 'What is there' })
    expect(await card.textContent()).toMatch(/English, German/)
    expect(await opened.barriers()).toEqual([])
    expect(opened.complaints).toEqual([])
  })

  it('says what will happen to each of many addresses, and what was left out', async () => {
    await using opened = await openPage()
    const { page } = opened
    const text = `${origin.url}/a.m3u8\n${origin.url}/b.mp4 ${origin.url}/watch/c\nfile:///etc/passwd`
    await page.getByRole('textbox', { name: 'Addresses' }).fill(text)
    for (const words of [/^HLS stream:/, /^Media file:/, /^Page:/]) await page.getByText(words).waitFor()
    await page.getByText('Left out, no web address: file:///etc/passwd').waitFor()
    await page.getByRole('button', { name: 'Start 3' }).waitFor()
    expect(await opened.barriers()).toEqual([])
  })

  it('of more addresses than there is room for leaves the buttons in reach; turning marks stay written out', async () => {
    await using opened = await openPage()
    const { page } = opened
    const urls = Array.from({ length: 60 }, (_, index) => `${origin.url}/%E2%80%AE4pm.${index}.exe`)
    await page
      .getByRole('textbox', { name: 'Addresses' })
      .fill([...urls, 'https://user:secret@example.org/'].join('\n'))
    await page.getByText(/^Left out: 1 address with a user name or password inside/).waitFor()
    await page.getByText(/%E2%80%AE4pm\.0\.exe$/).waitFor()
    const list = await page.getByRole('list', { name: 'What is there' }).boundingBox()
    expect(list?.height).toBeLessThan(800)
    expect(await opened.barriers()).toEqual([])
  })

  it('that fails says why', async () => {
    await using opened = await openPage()
    const { page } = opened
    await page.getByRole('textbox', { name: 'Addresses' }).fill(`${origin.url}/gone.m3u8`)
    await page.getByRole('button', { name: 'Look', exact: true }).click()
    await page.getByRole('heading', { name: 'The look failed' }).waitFor({ timeout: 30_000 })
    expect(await opened.barriers()).toEqual([])
  })
})

describe('a download', () => {
  it('becomes a film that plays, by keys alone', async () => {
    const { url } = await tsStream(origin, '/film-by-keys/')
    await using opened = await openPage()
    const { page } = opened
    await page.getByRole('textbox', { name: 'Addresses' }).focus()
    await page.keyboard.type(url)
    await page.keyboard.press('Control+Enter')
    const row = await rowOf(page)
    await row.getByText('Done', { exact: true }).waitFor({ timeout: 60_000 })
    const watch = row.getByRole('link', { name: /^Watch: / })
    await watch.focus()
    expect(await opened.barriers()).toEqual([])
    await page.keyboard.press('Enter')
    await expect.poll(() => played(opened), { timeout: 60_000 }).toBeGreaterThan(0.5)
    expect(opened.complaints).toEqual([])
  })

  it('can be watched while it still comes', async () => {
    const live = await liveStream(origin, { folder: '/watched-live/', segments: 40, ready: 8 })
    await using opened = await openPage()
    const { page } = opened
    const row = await start(page, live.url)
    await row.getByText('Recording', { exact: true }).waitFor({ timeout: 60_000 })
    await row.getByRole('link', { name: /^Watch what is there/ }).click({ timeout: 60_000 })
    await expect.poll(() => played(opened), { timeout: 60_000 }).toBeGreaterThan(0.5)
    await page.goBack()
    const again = await rowOf(page)
    await again.getByRole('button', { name: /^Finish recording/ }).click()
    await again.getByText('Done', { exact: true }).waitFor({ timeout: 60_000 })
    expect(live.made).toBeLessThan(40)
  })

  it('as a file gives its exact bytes, and its hash', async () => {
    const file = plainFile(origin, { path: '/files/exact.mp4', content: 3_000_001 })
    await using opened = await openPage()
    const { page } = opened
    await page.getByRole('radio', { name: 'File' }).click()
    const row = await start(page, file.url)
    const coming = page.waitForEvent('download')
    await row.getByRole('link', { name: /^Download file/ }).click({ timeout: 60_000 })
    const hash = createHash('sha256')
    for await (const chunk of await (await coming).createReadStream()) hash.update(chunk)
    expect(hash.digest('hex')).toBe(file.sha256)
    await row.getByText(file.sha256).waitFor()
    expect(await opened.barriers()).toEqual([])
  })

  it('of which no video can be made says so, and why, and offers nothing to watch', async () => {
    const { url } = plainFile(origin, { path: '/files/no-film.mp4', content: 100_000 })
    await using opened = await openPage()
    const row = await start(opened.page, url)
    await row.getByText('No video made', { exact: true }).waitFor({ timeout: 60_000 })
    await row.getByText(/The file is not a video/).waitFor()
    expect(await row.getByRole('link', { name: /^Watch/ }).count()).toBe(0)
    expect(await opened.barriers()).toEqual([])
    await row.getByRole('link', { name: 'Open in library' }).click()
    await opened.page.getByRole('heading', { name: 'no-film' }).waitFor()
  })

  it('pauses, goes on, is cancelled and tried again; its log is told meanwhile', async () => {
    const { url } = syntheticStream(origin, { segments: 60, segmentBytes: 200_000, folder: '/slow/' })
    const unslow = origin.setFault({ path: /^\/slow\/segment/, fault: { kind: 'drip', bytesPerSec: 100_000 } })
    await using opened = await openPage()
    const { page } = opened
    await page.getByRole('radio', { name: 'File' }).click()
    const row = await start(page, url)
    await row.getByText('Running', { exact: true }).waitFor({ timeout: 30_000 })
    await page.getByRole('link', { name: /Downloads.*1 download running/ }).waitFor()
    await row.getByRole('button', { name: /^Actions for/ }).click()
    await page.getByRole('menuitem', { name: 'Show log' }).click()
    await row.getByRole('log').getByRole('paragraph').first().waitFor({ timeout: 30_000 })
    expect(await opened.barriers()).toEqual([])
    // By keys the place is kept, whatever becomes of the button.
    await row.getByRole('button', { name: /^Pause/ }).press('Enter')
    await row.getByRole('button', { name: /^Resume/ }).waitFor({ timeout: 30_000 })
    await row.locator(':focus').waitFor()
    await row.getByRole('button', { name: /^Resume/ }).press('Enter')
    await row.getByText('Running', { exact: true }).waitFor({ timeout: 30_000 })
    await row.getByRole('button', { name: /^Actions for/ }).click()
    await page.getByRole('menuitem', { name: 'Cancel' }).click()
    await row.getByText('Cancelled', { exact: true }).waitFor({ timeout: 30_000 })
    unslow()
    await row.getByRole('button', { name: /^Retry/ }).click()
    await row.getByText('Done', { exact: true }).waitFor({ timeout: 60_000 })
    await row.getByRole('log').getByRole('paragraph').first().waitFor({ timeout: 30_000 })
    expect(opened.complaints).toEqual([])
  })

  it('of which a segment is missing says so, and with gaps allowed ends with the gap told', async () => {
    const { url } = await missingSegment(origin, '/missing-one/')
    await using opened = await openPage()
    const { page } = opened
    const row = await start(page, url)
    await row.getByText('A segment cannot be had').waitFor({ timeout: 90_000 })
    expect(await opened.barriers()).toEqual([])
    const fetched = origin.journal.of(/missing-one\/segment/).filter(({ status }) => status === 200)
    origin.journal.clear()
    await row.getByRole('button', { name: /^Allow gaps and retry/ }).click()
    await row.getByText('Done with gaps').waitFor({ timeout: 90_000 })
    await row.getByText(/^1 segment from number 4/).waitFor()
    await row.getByText(/^The video was cut without them/).waitFor()
    // The same download goes on.
    const again = origin.journal.of(/missing-one\/segment/).map(({ path }) => path)
    expect(fetched.filter(({ path }) => again.includes(path))).toEqual([])
    expect(await opened.barriers()).toEqual([])
  })

  it('that stands still ends with what is there, and gets what is missing when it is there by now', async () => {
    const { url } = syntheticStream(origin, { segments: 20, segmentBytes: 50_000, folder: '/half/' })
    const heal = origin.setFault({ path: /^\/half\/segment-1\d/, fault: { kind: 'silent' } })
    await using opened = await openPage()
    const { page } = opened
    await page.getByRole('radio', { name: 'File' }).click()
    const row = await start(page, url)
    await row.getByText(/500 kB of/).waitFor({ timeout: 60_000 })
    await row.getByRole('button', { name: /^Pause/ }).click()
    await row.getByRole('button', { name: /^Finish with what is there/ }).click({ timeout: 30_000 })
    await row.getByText('Done with gaps').waitFor({ timeout: 30_000 })
    await row.getByText(/^10 segments from number 10/).waitFor()
    expect(await opened.barriers()).toEqual([])
    heal()
    await row.getByRole('button', { name: /^Try what is missing again/ }).click()
    await row.getByText('Done', { exact: true }).waitFor({ timeout: 60_000 })
    await row.getByRole('link', { name: /^Download file/ }).waitFor()
    expect(opened.complaints).toEqual([])
  })

  it('of an address inside says which setting would allow it', async () => {
    await using opened = await openPage()
    const { page } = opened
    const row = await start(page, 'http://127.0.0.1:9/inside.m3u8')
    await row.getByText('An address inside your network').waitFor({ timeout: 30_000 })
    await row
      .getByText(/FETCH_ALLOW_HOSTS/)
      .first()
      .waitFor()
    await row.getByRole('button', { name: /^Actions for/ }).click()
    await page.getByRole('menuitem', { name: 'Remove from list' }).click()
    await row.waitFor({ state: 'detached' })
  })
})

describe('many at once', () => {
  it('are handed in as the server takes them; what was known stays, greyed, when the server is gone', async () => {
    await using limited = await startServer({ env: { FETCH_ALLOW_HOSTS: origin.hostPort } })
    await using opened = await dashboard.open(`${limited.url}/downloads`)
    const { page } = opened
    const urls = Array.from({ length: 5 }, (_, index) => `${origin.url}/none-${index}.mp4`)
    await page.getByRole('textbox', { name: 'Addresses' }).fill(urls.join('\n'))
    await page.getByRole('button', { name: 'Start 5' }).click()
    await page.getByRole('heading', { name: '2 addresses still to be handed in' }).waitFor()
    await page.getByText(/^3 downloads a minute .*Next in \d+ s\.$/).waitFor()
    expect(await opened.barriers()).toEqual([])
    await page.getByRole('button', { name: 'Retry all failed' }).waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Drop them' }).click()

    await limited.kill9()
    await page.getByText(/^As of .+ reconnecting…$/).waitFor()
    expect(await opened.barriers()).toEqual([])
  })
})

describe('a server that starts anew', () => {
  it('is handed in what was left, once it is there; nothing of it is refused meanwhile', async () => {
    const port = String(await freePort())
    const dataDir = await makeDataDir()
    const env = { FETCH_ALLOW_HOSTS: origin.hostPort, LOCAL_PORT: port, RATE_LIMIT_DOWNLOAD: '100/min' }
    await using first = await startServer({ dataDir, env })
    await using opened = await dashboard.open(`${first.url}/downloads`)
    const { page } = opened
    await page.getByRole('heading', { name: 'Nothing has been downloaded yet' }).waitFor()
    await first.kill9()
    const urls = Array.from({ length: 3 }, (_, index) => `${origin.url}/after-a-kill-${index}.mp4`)
    await page.getByRole('textbox', { name: 'Addresses' }).fill(urls.join('\n'))
    await page.getByRole('button', { name: 'Start 3' }).click()
    await page.getByText(/^The server does not answer\. Next in \d+ s\.$/).waitFor()
    expect(await opened.barriers()).toEqual([])
    await using again = await startServer({ dataDir, env })
    const states = async () => {
      const { downloads } = await again.api.get<{ downloads: { state: string }[] }>('/api/downloads')
      return downloads.map(({ state }) => state)
    }
    await expect.poll(states, { timeout: 60_000 }).toEqual(['failed', 'failed', 'failed'])
    expect(await page.getByText(/was not taken/).count()).toBe(0)
    await expect.poll(() => page.getByText('Failed', { exact: true }).count(), { timeout: 30_000 }).toBe(3)
    await page.getByRole('button', { name: 'Remove failed' }).click()
    await expect.poll(states, { timeout: 30_000 }).toEqual([])
    await rm(dataDir, { recursive: true, force: true })
  })
})

describe('the list of downloads', () => {
  beforeAll(async () => {
    const headers = { 'content-type': 'application/json' }
    const { url } = await missingSegment(origin, '/missing-in-list/')
    // Failed, and done with gaps: the rows with the most buttons.
    for (const wish of [{ url: `${origin.url}/nothing-here.mp4` }, { url }, { url, allowGaps: true }]) {
      const body = JSON.stringify({ ...wish, target: 'file' })
      expect((await fetch(`${server.url}/api/download`, { method: 'POST', headers, body })).status).toBe(202)
    }
  })

  it.each(LOOKS)('has no barriers: $theme, $width px', async (look) => {
    await using opened = await dashboard.open(`${server.url}/downloads`, look)
    const { page } = opened
    await page.getByRole('heading', { name: 'Ended' }).waitFor()
    const fill = page.getByRole('button', { name: /^Try what is missing again/ })
    await fill.first().waitFor({ timeout: 30_000 })
    const box = await fill.first().boundingBox()
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan(look.width)
    expect(await opened.barriers()).toEqual([])
    await page
      .getByRole('button', { name: /^Actions for/ })
      .first()
      .click()
    expect(await opened.barriers()).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  })
})

function openPage(): Promise<DashboardPage> {
  return dashboard.open(`${server.url}/downloads`)
}

/** Orders this address as the form stands; gives its row. */
async function start(page: Page, url: string) {
  const rows = page
    .getByRole('main')
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { level: 3 }) })
  await page
    .getByRole('heading', { name: /Nothing has been downloaded yet|In the queue|Ended/ })
    .first()
    .waitFor()
  const before = await rows.count()
  await page.getByRole('textbox', { name: 'Addresses' }).fill(url)
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await expect.poll(() => rows.count()).toBe(before + 1)
  return await rowOf(page)
}

/** The newest row, told by its name: it stays the same one when others come or it moves. */
async function rowOf(page: Page) {
  const answer = await server.api.get<{ downloads: { jobId: string }[] }>('/api/downloads')
  const row = page.locator(`li[data-job="${answer.downloads[0]?.jobId}"]`)
  await row.waitFor()
  return row
}

/** A port that nobody listens on, for a server that comes back to its address. */
async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  listener.close()
  await once(listener, 'close')
  return port
}

/** Seconds that have been played; 0 while there is no player yet. */
async function played({ page, media }: DashboardPage): Promise<number> {
  const play = page.getByRole('button', { name: 'From the beginning' })
  if (await play.isVisible()) await play.click()
  return (await page.locator('video').count()) === 0 ? 0 : await media('currentTime')
}
