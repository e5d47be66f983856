import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'

/** hls.js in Debian's Chromium; one browser for many films. */
export interface HlsJsPlayer extends AsyncDisposable {
  /** Opens a film in a page of its own. */
  open(url: string): Promise<HlsJsFilm>
}

export interface HlsJsFilm extends AsyncDisposable {
  readonly durationSec: number
  /** As shown. */
  readonly width: number
  readonly height: number
  /** CODECS of the variants that the browser can play. */
  readonly levels: readonly string[]
  readonly audioTracks: readonly { readonly name: string; readonly lang: string }[]
  readonly subtitleTracks: readonly SubtitleChoice[]
  play(rate: number): Promise<PlayedInBrowser>
  seekAndLook(places: readonly number[], blockPixels: number, bits: number): Promise<readonly SeenPicture[]>
  /** Switches to a voice while playing and measures its loudest tone. */
  listenTo(index: number): Promise<{ readonly audioTrack: number; readonly hertz: number }>
  /** Turns on subtitles and waits for so many cues: `[startSec, endSec, text]`. */
  readCues(index: number, count: number): Promise<readonly (readonly [number, number, string])[]>
  /** What hls.js and the media element reported, fatal or not. */
  errors(): Promise<readonly string[]>
}

export interface SubtitleChoice {
  readonly name: string
  readonly lang: string
  readonly isDefault: boolean
  readonly forced: boolean
}

export interface PlayedInBrowser {
  readonly ended: boolean
  readonly atSec: number
  /** Decoded pictures, shown or not. */
  readonly frames: number
  readonly dropped: number
  /** Gaps in what was buffered. */
  readonly holes: readonly (readonly [number, number])[]
}

export interface SeenPicture {
  readonly wantedSec: number
  readonly atSec: number
  /** Time of the picture that is shown; null without a picture. */
  readonly pictureSec: number | null
  /** What stands in its frame counter. */
  readonly number: number | null
}

const CHROMIUM = ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--disable-gpu']

export async function startHlsJs(): Promise<HlsJsPlayer> {
  const page = await servePage()
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: CHROMIUM })
  return {
    open: (url) => openFilm(browser, page.url, url),
    async [Symbol.asyncDispose]() {
      await browser.close()
      await page[Symbol.asyncDispose]()
    },
  }
}

async function openFilm(browser: Browser, pageUrl: string, url: string): Promise<HlsJsFilm> {
  const page = await browser.newPage()
  await page.goto(pageUrl)
  const ask = <Value>(name: string, ...args: readonly unknown[]) =>
    page.evaluate(`window.film.${name}(...${JSON.stringify(args)})`) as Promise<Value>
  type Facts = Pick<HlsJsFilm, 'durationSec' | 'width' | 'height' | 'levels' | 'audioTracks' | 'subtitleTracks'>
  const facts = await ask<Facts>('open', url)
  return {
    ...facts,
    play: (rate) => ask('play', rate),
    seekAndLook: (places, blockPixels, bits) => ask('seekAndLook', places, blockPixels, bits),
    listenTo: (index) => ask('listenTo', index),
    readCues: (index, count) => ask('readCues', index, count),
    errors: () => ask('errors'),
    [Symbol.asyncDispose]: () => page.close(),
  }
}

/** A page on an origin of its own, as somebody else's player would be. */
async function servePage() {
  const hlsJs = join(dirname(createRequire(import.meta.url).resolve('hls.js/package.json')), 'dist', 'hls.js')
  const script = fileURLToPath(new URL('./hls-js-page.mjs', import.meta.url))
  const html =
    '<!doctype html><video playsinline></video><script src="/hls.js"></script><script src="/page.js"></script>'
  const answers = new Map<string, readonly [type: string, body: string | Buffer]>([
    ['/', ['text/html', html]],
    ['/hls.js', ['text/javascript', await readFile(hlsJs)]],
    ['/page.js', ['text/javascript', await readFile(script)]],
  ])
  const server = createServer((request, response) => {
    const [type, body] = answers.get(request.url ?? '') ?? ['text/plain', '']
    response.writeHead(200, { 'content-type': type }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { readonly port: number }
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
