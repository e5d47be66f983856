import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DOWNLOAD_PATH } from '#surfaces/http/contract/addresses.ts'
import { type Dashboard, LOOKS, startDashboard } from '../support/dashboard.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { type RunningServer, startServer } from '../support/start-server.ts'

let server: RunningServer
let dashboard: Dashboard
let folder: string
let videoId: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-films-'))
  ;[server, dashboard] = await Promise.all([startServer(), startDashboard()])
  videoId = await server.api.upload(await mediaFile('mp4-two-voices'))
  const noFilm = join(folder, 'no-film.mp4')
  await writeFile(noFilm, 'Only text in here.')
  await server.api.waitReady(videoId)
  await server.api.waitEnded(await server.api.upload(noFilm))
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ url: 'http://127.0.0.1:9/inside.mp4', target: 'file' })
  expect((await fetch(server.url + DOWNLOAD_PATH, { method: 'POST', headers, body })).status).toBe(202)
})

afterAll(async () => {
  await dashboard?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

describe('the Tab key', () => {
  it.each([
    ['the library', '/', 'no-film'],
    ['uploads', '/upload', 'Drop films here'],
    ['downloads', '/downloads', 'Ended'],
    ['the dashboard', '/dashboard', 'Governor'],
    ['a film', '/video/FILM', 'two-voices'],
  ])('reaches every action of %s, and it is seen where one is', async (what, path, heading) => {
    await using opened = await dashboard.open(server.url + path.replace('FILM', videoId))
    const { page } = opened
    await page.getByRole('heading', { name: heading }).waitFor()
    if (what === 'a film') await page.getByRole('slider', { name: 'Position' }).waitFor()
    const actions = (await page.evaluate(NAME_ACTIONS)) as string[]
    expect(actions.length).toBeGreaterThan(8)
    const reached = new Set<string>()
    const unseen: string[] = []
    for (let step = 0; step < actions.length + 5; step++) {
      await page.keyboard.press('Tab')
      const { action, isSeen } = (await page.evaluate(WHERE_NOW)) as { action: string; isSeen: boolean }
      reached.add(action)
      if (!isSeen && action !== '') unseen.push(action)
    }
    expect(actions.filter((action) => !reached.has(action))).toEqual([])
    expect(unseen).toEqual([])
  })
})

describe('what opens gives the place back when it closes', () => {
  it('a menu, and what takes the place of a title', async () => {
    await using opened = await dashboard.open(server.url)
    const { page } = opened
    await page.getByRole('button', { name: 'Actions for two-voices' }).press('Enter')
    await page.getByRole('menuitem', { name: 'Open', exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => focused(page)).toBe('Actions for two-voices')
    await page.goto(`${server.url}/video/${videoId}`)
    for (const key of ['Escape', 'Enter']) {
      await page.getByRole('button', { name: 'Rename' }).press('Enter')
      await page.getByRole('textbox', { name: 'Title' }).press(key)
      await expect.poll(() => focused(page)).toBe('Rename')
    }
  })

  it('the sheet of keys, opened from the menu of the player', async () => {
    await using opened = await dashboard.open(`${server.url}/video/${videoId}`)
    const { page } = opened
    await page.getByRole('button', { name: 'Settings' }).press('Enter')
    await page.getByRole('menuitem', { name: 'Keyboard' }).press('Enter')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    expect(await opened.barriers()).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toBe('Settings')
  })

  it('a film that is deleted: the place is the next one', async () => {
    await using opened = await dashboard.open(server.url)
    const { page } = opened
    await page.getByRole('button', { name: 'Actions for no-film' }).press('Enter')
    await page.getByRole('menuitem', { name: 'Delete' }).press('Enter')
    await page.getByRole('article').filter({ hasText: 'no-film' }).waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toBe('two-voices')
    await page.getByRole('button', { name: 'Undo' }).press('Enter')
    await page.getByRole('article').filter({ hasText: 'no-film' }).waitFor()
  })
})

describe('on a phone', () => {
  it.each([
    ['a filter that hides everything', `/?q=${'endless'.repeat(12)}`, 'No video has all of this'],
    ['a film', '/video/FILM', 'two-voices'],
  ])('%s is as wide as the screen', async (_, path, heading) => {
    await using opened = await dashboard.open(server.url + path.replace('FILM', videoId), LOOKS.at(-1))
    const { page } = opened
    await page.getByRole('heading', { name: heading }).waitFor()
    expect(await opened.barriers()).toEqual([])
    if (path.startsWith('/?')) return
    await page.getByRole('button', { name: 'Rename' }).click()
    expect(await opened.barriers()).toEqual([])
  })
})

async function focused(page: Page): Promise<string> {
  return String(await page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.textContent'))
}

/** Of those with one place for all (tabs, choices) the arrows lead to the others. */
const ACTION_OF = `element => element.closest('[role=tablist], [role=group], [role=radiogroup]') ?? element`

/** Gives every action in sight a name, and their names. */
const NAME_ACTIONS = `(() => {
  const actionOf = ${ACTION_OF}
  const all = [...document.querySelectorAll('a[href], button:not(:disabled), input, select, textarea, summary, [tabindex="0"]')]
  const inSight = all.filter(element => element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible')
  const actions = new Set(inSight.map(actionOf))
  let count = 0
  for (const action of actions) action.dataset.action = ++count + ' ' + (action.ariaLabel ?? action.textContent ?? '').slice(0, 40)
  return [...actions].map(action => action.dataset.action)
})()`

/** Which of them has the focus, and whether its outline (or that of what lies over it) shows it. */
const WHERE_NOW = `(() => {
  const actionOf = ${ACTION_OF}
  const element = document.activeElement
  const outlined = pseudo => {
    const { outlineStyle, outlineWidth, content } = getComputedStyle(element, pseudo)
    return (pseudo === null || content !== 'none') && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1
  }
  return { action: actionOf(element).dataset.action ?? '', isSeen: outlined(null) || outlined('::after') }
})()`
