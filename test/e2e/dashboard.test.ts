import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Dashboard, type DashboardPage, LOOKS, startDashboard } from '../support/dashboard.ts'
import { type RunningServer, startServer } from '../support/start-server.ts'

const run = promisify(execFile)

let server: RunningServer
let dashboard: Dashboard
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-films-'))
  ;[server, dashboard] = await Promise.all([startServer(), startDashboard()])
})

afterAll(async () => {
  await dashboard?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

describe('an empty library', () => {
  it.each(LOOKS)('has no barriers: $theme, $width px', async (look) => {
    await using opened = await dashboard.open(server.url, look)
    await opened.page.getByRole('heading', { name: 'Your reel is empty' }).waitFor()
    expect(await opened.barriers()).toEqual([])
    expect(opened.complaints).toEqual([])
  })

  it('makes a demo film by its button, which then plays to its end', async () => {
    await using opened = await dashboard.open(server.url)
    const { page } = opened
    await page.getByRole('button', { name: 'Make a demo film' }).click()
    // It is drawn and encoded first.
    await page.waitForURL('**/video/*', { timeout: 90_000 })
    await startPlaying(opened)
    await page.keyboard.press('0')
    for (let step = 0; step < 8; step++) await page.keyboard.press('>')
    expect(await opened.media('playbackRate')).toBe(3)
    await expect.poll(() => opened.media('ended'), { timeout: 60_000 }).toBe(true)
    expect(await opened.media('currentTime')).toBeCloseTo(await opened.media('duration'), 1)
    expect(opened.complaints).toEqual([])
  })
})

describe('the player', () => {
  it('switches the voice and the subtitles, and keeps their languages for the next film', async () => {
    await using opened = await dashboard.open(await demoAddress())
    const { page } = opened
    const voices = new Set<string>()
    page.on('request', (request) => voices.add(/\/segment\/[^/]+\/(a\d+)/.exec(request.url())?.[1] ?? ''))
    await startPlaying(opened)
    await choose(page, 'Audio', /German/)
    await expect.poll(() => voices.has('a1')).toBe(true)
    await choose(page, 'Subtitles', /German/)
    await page.keyboard.press('0')
    const cues = page.getByTestId('cues')
    await expect.poll(() => cues.textContent(), { timeout: 15_000 }).not.toBe('')
    const shown = (await cues.textContent()) ?? ''
    expect(await subtitleText('s1')).toContain(shown)
    expect(await subtitleText('s0')).not.toContain(shown)

    await page.reload()
    await startPlaying(opened)
    await page.getByRole('button', { name: 'Audio', exact: true }).click()
    expect(await page.getByRole('menuitemradio', { name: /German/ }).getAttribute('aria-checked')).toBe('true')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Subtitles', exact: true }).click()
    expect(await page.getByRole('menuitemradio', { name: /German/ }).getAttribute('aria-checked')).toBe('true')
    expect(opened.complaints).toEqual([])
  })

  it('is led by keys alone', async () => {
    await using opened = await dashboard.open(server.url)
    const { page } = opened
    await page.getByRole('link', { name: 'Demo film' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await focusedText(page)).toBe('Skip to content')
    await tabTo(page, 'Demo film')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Play', exact: true }).first().waitFor()
    await page.keyboard.press('k')
    await expect.poll(() => opened.media('currentTime'), { timeout: 15_000 }).toBeGreaterThan(0.5)
    await page.keyboard.press('k')
    expect(await opened.media('paused')).toBe(true)

    await page.keyboard.press('5')
    const half = (await opened.media('duration')) / 2
    expect(await opened.media('currentTime')).toBeCloseTo(half, 1)
    await page.keyboard.press('l')
    expect(await opened.media('currentTime')).toBeCloseTo(half + 10, 1)
    await page.keyboard.press('ArrowLeft')
    expect(await opened.media('currentTime')).toBeCloseTo(half + 5, 1)
    await page.keyboard.press('PageUp')
    expect(await opened.media('currentTime')).toBeCloseTo(11.979, 1)
    await page.keyboard.press('m')
    expect(await opened.media('muted')).toBe(true)

    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    await page.keyboard.press('k')
    expect(await opened.media('paused')).toBe(true)
    expect(await opened.barriers()).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('offers to go on where it stopped, and does not force it', async () => {
    await using opened = await dashboard.open(await demoAddress())
    const { page } = opened
    await startPlaying(opened)
    await page.keyboard.press('7')
    await page.keyboard.press('k')
    const stoppedSec = await opened.media('currentTime')
    await page.reload()
    await page.getByText(/^You stopped at 0:2\d/).waitFor()
    expect(await opened.media('currentTime')).toBe(0)
    await page.getByRole('button', { name: 'Go on there' }).click()
    await expect.poll(() => opened.media('currentTime')).toBeGreaterThan(stoppedSec - 1.5)
  })
})

describe('a film that is still being made', () => {
  it('plays what is there, and becomes whole without a reload', async () => {
    const path = join(folder, 'growing.ts')
    const source = [
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=1280x720:r=25',
      '-f',
      'lavfi',
      '-i',
      'sine=440:r=48000',
      '-t',
      '36',
    ]
    await run('ffmpeg', ['-v', 'error', ...source, '-c:v', 'mpeg2video', '-q:v', '6', '-c:a', 'mp2', path])
    const id = await server.api.upload(path)
    await using opened = await dashboard.open(`${server.url}/video/${id}?play=1`)
    const { page } = opened
    await page.getByText(/You can watch up to/).waitFor({ timeout: 60_000 })
    await expect.poll(() => opened.media('currentTime'), { timeout: 30_000 }).toBeGreaterThan(0.5)
    expect((await server.api.video(id)).state).toBe('processing')
    expect(await opened.media('duration')).toBeLessThan(35)
    expect(await opened.barriers()).toEqual([])
    await page.evaluate('window.wasHereBefore = true')
    const { durationSec } = await server.api.waitReady(id)
    await expect.poll(() => opened.media('duration'), { timeout: 30_000 }).toBeCloseTo(durationSec ?? 0, 0)
    expect(await page.evaluate('window.wasHereBefore')).toBe(true)
    await page.keyboard.press('9')
    await expect.poll(() => opened.media('currentTime'), { timeout: 15_000 }).toBeGreaterThan(32)
    expect(opened.complaints).toEqual([])
  })
})

describe('uploading', () => {
  it('goes on by itself after the connection was cut, and sends nothing twice', async () => {
    const film = await makeFilm('cut.mp4')
    await using opened = await dashboard.open(`${server.url}/upload`)
    const { page } = opened
    const traffic = watchUploads(page)
    const setOffline = await slowDown(opened)
    await chooseFiles(page, [film])
    await expect.poll(() => traffic.answered.length, { timeout: 30_000 }).toBeGreaterThan(1)
    await setOffline(true)
    await page.getByText(/^Connection lost, trying again/).waitFor()
    await setOffline(false)
    await page.getByRole('link', { name: 'Play: cut' }).waitFor({ timeout: 60_000 })
    expect(traffic.created).toBe(1)
    expect(new Set(traffic.answered).size).toBe(traffic.answered.length)
    await page.getByText('Re-encoded').waitFor()
    expect(await opened.barriers()).toEqual([])
  })

  it('goes on after a reload when the same file is chosen again', async () => {
    const film = await makeFilm('again.mp4')
    await using opened = await dashboard.open(`${server.url}/upload`)
    const { page } = opened
    page.on('dialog', (dialog) => void dialog.accept())
    const traffic = watchUploads(page)
    await slowDown(opened)
    await chooseFiles(page, [film])
    await expect.poll(() => traffic.answered.length, { timeout: 30_000 }).toBeGreaterThan(1)
    await page.reload()
    await page.getByRole('heading', { name: 'Interrupted uploads' }).waitFor()
    await chooseFiles(page, [film])
    await page.getByText(/Went on at [1-9]/).waitFor()
    await page.getByRole('link', { name: 'Play: again' }).waitFor({ timeout: 60_000 })
    expect(traffic.created).toBe(1)
  })

  it('of a file with a long name, that turns its direction, leaves the page as wide as it is', async () => {
    const path = join(folder, `${'long'.repeat(40)}\u202egpj.mp4`)
    await writeFile(path, 'Only text in here.')
    await using opened = await dashboard.open(`${server.url}/upload`, LOOKS.at(-1))
    const { page } = opened
    await chooseFiles(page, [path])
    await page.getByText('[not-media]').waitFor()
    expect(await page.getByRole('heading', { level: 3 }).textContent()).toBe(`${'long'.repeat(40)}gpj.mp4`)
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  })

  it('says what is wrong with a file that is no film, and how to mend it', async () => {
    const path = join(folder, 'notes.mp4')
    await writeFile(path, 'Only text in here.')
    await using opened = await dashboard.open(`${server.url}/upload`)
    const { page } = opened
    await chooseFiles(page, [path])
    const alert = page.getByRole('listitem').filter({ hasText: 'notes.mp4' }).getByRole('alert')
    await alert.getByText('[not-media]').waitFor()
    await alert.getByText('Fix', { exact: true }).waitFor()
    expect(await opened.barriers()).toEqual([])
  })
})

describe('the library', () => {
  it('keeps its filter in the address and says which filter hides everything', async () => {
    await using opened = await dashboard.open(server.url)
    const { page } = opened
    await page.getByRole('link', { name: 'Demo film' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('demo')
    await page.waitForURL(/\?q=demo$/)
    await page.reload()
    await page.getByRole('link', { name: 'Demo film' }).waitFor()
    await expect
      .poll(() =>
        page
          .getByRole('listitem')
          .filter({ has: page.getByRole('article') })
          .count(),
      )
      .toBe(1)
    await page.getByRole('radio', { name: 'Failed' }).click()
    await page.getByRole('heading', { name: 'No video has all of this' }).waitFor()
    expect(await opened.barriers()).toEqual([])
    await page.getByRole('button', { name: 'Drop Failed' }).click()
    await page.getByRole('link', { name: 'Demo film' }).waitFor()
  })

  it('shows what others do without being asked', async () => {
    await using opened = await dashboard.open(`${server.url}/?q=guest`)
    await using other = await dashboard.open(await addressOf('notes'))
    await other.page.getByRole('button', { name: 'Rename' }).click()
    await other.page.keyboard.type('guest')
    await other.page.keyboard.press('Enter')
    await other.page.getByRole('heading', { name: 'guest', level: 1 }).waitFor()
    await opened.page.getByRole('link', { name: 'guest' }).waitFor()
  })

  it('takes a deletion back, and sends it when the page is left', async () => {
    await using opened = await dashboard.open(server.url)
    const { page } = opened
    const card = page.getByRole('article').filter({ hasText: 'guest' })
    const remove = async () => {
      await card.getByRole('button', { name: /^Actions for/ }).click()
      await page.getByRole('menuitem', { name: 'Delete' }).click()
      await card.waitFor({ state: 'detached' })
    }
    await remove()
    await page.getByRole('button', { name: 'Undo' }).click()
    await card.waitFor()
    await remove()
    await page.goto('about:blank')
    const titles = async () => (await server.api.videos()).map(({ title }) => title)
    await expect.poll(titles).not.toContain('guest')
  })
})

describe('every page', () => {
  it.each(LOOKS)('has no barriers: $theme, $width px', async (look) => {
    await using opened = await dashboard.open(server.url, look)
    const { page } = opened
    const shows = async (what: string) => {
      expect(await opened.barriers(), what).toEqual([])
    }
    await page.getByRole('link', { name: 'Demo film' }).waitFor()
    await shows('library')
    await page.getByRole('button', { name: 'Actions for Demo film' }).click()
    await shows('menu of a card')
    await page.goto(await demoAddress())
    await page.getByRole('heading', { name: 'Demo film' }).waitFor()
    for (const tab of ['Info', 'Tracks', 'Subtitles', 'Chapters', 'Links']) {
      await page.getByRole('tab', { name: tab }).click()
      await shows(tab)
    }
    await startPlaying(opened)
    await page.keyboard.press('k')
    await page.getByRole('button', { name: 'Settings' }).click()
    await shows('player')
    await page.goto(`${server.url}/upload`)
    await page.getByRole('heading', { name: 'Upload', level: 1 }).waitFor()
    await shows('upload')
    await page.goto(`${server.url}/nowhere`)
    await page.getByRole('heading', { name: 'Nothing at this address', level: 2 }).waitFor()
    await shows('not found')
    await page.goto(`${server.url}/video/no%20id`)
    await page.getByRole('heading', { name: 'Nothing at this address', level: 2 }).waitFor()
    await shows('no video')
    const said = opened.complaints.filter((text) => !text.includes('400 (Bad Request)'))
    expect(said).toEqual([])
  })
})

/** By the large button; what the picture shows first is the beginning. */
async function startPlaying({ page, media }: DashboardPage): Promise<void> {
  const fromStart = page.getByRole('button', { name: 'From the beginning' })
  const play = page.getByRole('button', { name: 'Play', exact: true }).first()
  await fromStart.or(play).first().waitFor({ timeout: 60_000 })
  await ((await fromStart.isVisible()) ? fromStart : play).click()
  await expect.poll(() => media('currentTime'), { timeout: 15_000 }).toBeGreaterThan(0)
}

async function choose(page: Page, menu: string, item: RegExp): Promise<void> {
  await page.getByRole('button', { name: menu, exact: true }).click()
  await page.getByRole('menuitemradio', { name: item }).click()
}

async function addressOf(title: string): Promise<string> {
  const found = (await server.api.videos()).find((video) => video.title === title)
  return `${server.url}/video/${found?.id}`
}

function demoAddress(): Promise<string> {
  return addressOf('Demo film')
}

async function subtitleText(trackName: string): Promise<string> {
  const id = (await demoAddress()).split('/').at(-1)
  return await (await fetch(`${server.url}/subtitle/${id}/${trackName}.vtt`)).text()
}

async function focusedText(page: Page): Promise<string> {
  return String(await page.evaluate('document.activeElement.textContent'))
}

async function tabTo(page: Page, text: string): Promise<void> {
  for (let step = 0; step < 40 && (await focusedText(page)) !== text; step++) await page.keyboard.press('Tab')
  expect(await focusedText(page)).toBe(text)
}

async function chooseFiles(page: Page, paths: readonly string[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose files' }).click()
  await (await chooser).setFiles([...paths])
}

/** How often an upload was created, and the offsets of the pieces that the server took. */
function watchUploads(page: Page): { created: number; readonly answered: string[] } {
  const traffic = { created: 0, answered: [] as string[] }
  page.on('response', (response) => {
    const request = response.request()
    if (!request.url().includes('/api/uploads')) return
    if (request.method() === 'POST') traffic.created++
    if (request.method() === 'PATCH' && response.ok()) traffic.answered.push(request.headers()['upload-offset'] ?? '')
  })
  return traffic
}

/** Slow enough to be cut in the middle. */
async function slowDown({ page, context }: DashboardPage): Promise<(isOffline: boolean) => Promise<unknown>> {
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  // What is said here wins over what the context says.
  const setOffline = (offline: boolean) =>
    session.send('Network.emulateNetworkConditions', {
      offline,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: 12_000_000,
    })
  await setOffline(false)
  return setOffline
}

/** About 40 MB: five pieces. */
async function makeFilm(name: string): Promise<string> {
  const path = join(folder, name)
  const source = 'testsrc2=s=640x360:r=25,noise=alls=80:allf=t'
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '8', '-g', '50', '-pix_fmt', 'yuv420p', '-fs', '40M']
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, '-t', '30', ...video, path])
  return path
}
