import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FILM_ID } from '#features/playback/film.test-support.ts'
import { startServer, type TestServer, usualFilm } from './http.test-support.ts'

/** What must never come out: it lies beside everything that is served. */
const SECRET = 'root:x:0:0 the secret of the house'

const STEPS = ['..', '%2e%2e', '%2E%2E', '.%2e', '..%00', '%c0%ae%c0%ae', '..;', '. .', '...', '..%c0%af', '%252e%252e']
const SEPARATORS = ['/', '\\', '%2f', '%5c', '%252f', '//', '/./', '%c1%9c']
const TARGETS = ['secret.txt', 'secret.txt%00.jpg', 'local-token', 'etc/passwd']
const ODD = [
  '%00',
  'CON',
  'nul.txt',
  'aux.m3u8',
  '%0d%0aSet-Cookie:x',
  '%e2%80%ae',
  'a'.repeat(300),
  'a'.repeat(4000),
  '%',
  '%zz',
  '%ff',
  '__proto__',
  'constructor',
  'toString',
  'file:///etc/passwd',
  'C:%5cWindows',
  '~',
  '-rf',
  '$(id)',
  '`id`',
  '{{7*7}}',
  '*',
  '?',
  '#',
  '.',
  ' ',
  '%20',
  '0',
  '-1',
  '1e9',
  'NaN',
]

/** 350 strings: climbing in every spelling, and names that are odd in other ways. */
const STRINGS = [
  ...STEPS.flatMap((step) =>
    SEPARATORS.flatMap((separator) => TARGETS.map((target) => `${step}${separator}`.repeat(6) + target)),
  ),
  ...ODD,
]

/** Every place of an address into which a foreign string can be put. */
const PLACES = [
  (text: string) => `/playlist/local/${text}.m3u8`,
  (text: string) => `/playlist/${text}/${FILM_ID}.m3u8`,
  (text: string) => `/playlist/local/${text}/v0.m3u8`,
  (text: string) => `/playlist/local/${FILM_ID}/${text}`,
  (text: string) => `/segment/${text}/v0-00000.m4s`,
  (text: string) => `/segment/${FILM_ID}/${text}`,
  (text: string) => `/segment/${FILM_ID}/${text}.m4s`,
  (text: string) => `/subtitle/${FILM_ID}/${text}.vtt`,
  (text: string) => `/subtitle/${FILM_ID}/${text}`,
  (text: string) => `/subtitle/${text}/en.vtt`,
  (text: string) => `/subtitles/${text}`,
  (text: string) => `/poster/${text}.jpg`,
  (text: string) => `/poster/${text}`,
  (text: string) => `/links/${text}.strm`,
  (text: string) => `/api/videos/${text}`,
  (text: string) => `/api/jobs?state=${text}`,
  (text: string) => `/api/videos?text=${text}`,
  (text: string) => `/api/videos?sort=${text}`,
  (text: string) => `/cache/stats/${text}`,
  (text: string) => `/assets/${text}`,
  (text: string) => `/${text}`,
]
const WRITES = [
  ['HEAD', (text: string) => `/api/uploads/${text}`],
  ['DELETE', (text: string) => `/api/uploads/${text}`],
  ['DELETE', (text: string) => `/api/videos/${text}/subtitles/s0`],
  ['DELETE', (text: string) => `/api/videos/${FILM_ID}/subtitles/${text}`],
  ['POST', (text: string) => `/api/jobs/${text}/cancel`],
  ['POST', (text: string) => `/cache/clear?video_id=${text}`],
] as const

let server: TestServer
let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'telereel-traversal-'))
  const webRoot = join(root, 'web', 'dist')
  await mkdir(join(webRoot, 'assets'), { recursive: true })
  await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>page</title>')
  await writeFile(join(webRoot, 'assets', 'app-abc123.js'), 'export {}')
  for (const folder of ['', 'web', join('web', 'dist', '..')]) await writeFile(join(root, folder, 'secret.txt'), SECRET)
  await mkdir(join(root, 'data', 'uploads'), { recursive: true })
  for (const name of ['secret.txt', 'local-token']) await writeFile(join(root, 'data', name), SECRET)
  server = await startServer(usualFilm(), { config: { webRoot }, dataDir: join(root, 'data') })
})
afterAll(async () => {
  await server.close()
  await rm(root, { recursive: true, force: true })
})

/** What Node's own client refuses to send, spaces and the like, goes percent-encoded. */
const sendable = (path: string) => path.replace(/[^\x21-\xff]/g, encodeURIComponent)

describe('foreign strings in addresses', () => {
  it('are many', () => expect(STRINGS.length).toBeGreaterThanOrEqual(300))

  it.each(PLACES.map((place) => [place('…'), place] as const))('never lead out of %s', async (_name, place) => {
    for (const text of STRINGS) await expectHarmless('GET', place(text))
  })

  it.each(WRITES.map(([method, place]) => [method, place('…'), place] as const))(
    'never lead out of %s %s',
    async (method, _name, place) => {
      for (const text of STRINGS) await expectHarmless(method, place(text))
    },
  )

  async function expectHarmless(method: string, path: string): Promise<void> {
    const { status, headers, body } = await server.ask(sendable(path), { method })
    expect([path, status < 500]).toEqual([path, true])
    expect(body.includes(SECRET)).toBe(false)
    expect(headers['set-cookie']).toBeUndefined()
  }

  it('leave the server as it was', async () => {
    expect((await server.ask(`/segment/${FILM_ID}/v0-00000.m4s`)).status).toBe(200)
    expect(server.registered).toEqual([])
  })
})
