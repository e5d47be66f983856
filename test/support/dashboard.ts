import { AxeBuilder } from '@axe-core/playwright'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

export interface Look {
  readonly theme: 'dark' | 'light'
  readonly width: number
  readonly height: number
}

const DESK: Look = { theme: 'dark', width: 1280, height: 800 }
/** Both themes and both widths, each once: what a colour or a width breaks it breaks in either. */
export const LOOKS: readonly Look[] = [DESK, { theme: 'light', width: 360, height: 844 }]

/** A page of the dashboard in a browser profile of its own. */
export interface DashboardPage extends AsyncDisposable {
  readonly page: Page
  readonly context: BrowserContext
  /** What the browser put on its console as a warning or an error, refused by the Content-Security-Policy included. */
  readonly complaints: readonly string[]
  /** What axe finds wrong, each with the first element that has it, and what is wider than the screen. */
  barriers(): Promise<readonly string[]>
  /** A figure of the video element. */
  media(expression: 'currentTime' | 'duration' | 'playbackRate'): Promise<number>
  media(expression: 'paused' | 'ended' | 'muted'): Promise<boolean>
}

export interface Dashboard extends AsyncDisposable {
  open(address: string, look?: Look): Promise<DashboardPage>
}

const CHROMIUM = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--autoplay-policy=no-user-gesture-required',
]

/** The system's Chromium; one browser for many pages. */
export async function startDashboard(): Promise<Dashboard> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: CHROMIUM })
  return {
    async open(address, { theme, width, height } = DESK) {
      const isPhone = width < 768
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: theme,
        isMobile: isPhone,
        hasTouch: isPhone,
        reducedMotion: 'reduce',
      })
      return await openPage(context, address, width)
    },
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

async function openPage(context: BrowserContext, address: string, width: number): Promise<DashboardPage> {
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(address)
  return {
    page,
    context,
    complaints,
    async barriers() {
      const { violations } = await new AxeBuilder({ page }).analyze()
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)
      // A phone shows a page that is too wide smaller: its own measures all fit.
      const beyond = Number(await page.evaluate('document.documentElement.scrollWidth')) - width
      return beyond > 0 ? [...found, `too wide: by ${beyond} px`] : found
    },
    media: (expression: string) => page.evaluate(`document.querySelector('video').${expression}`) as Promise<never>,
    [Symbol.asyncDispose]: () => context.close(),
  }
}
