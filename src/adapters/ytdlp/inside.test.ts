import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { GuardedWeb } from '#adapters/web-fetch/create-web.ts'
import { type PageServer, startPageServer } from './page-server.test-support.ts'
import { openPageToolLab, type PageToolLab, testWeb } from './ytdlp.test-support.ts'

/** What nobody may reach: a service on this machine, and a file of it. */
// Each run of yt-dlp takes a second of a processor, more on a machine that does other things.
vi.setConfig({ testTimeout: 90_000 })

let inside: Server
let reached = 0
let port = 0
let site: PageServer
let web: GuardedWeb
let lab: PageToolLab
let secretFile: string
const refused: string[] = []

beforeAll(async () => {
  inside = createServer((socket) => {
    reached++
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret')
  })
  await once(inside.listen(0, '0.0.0.0'), 'listening')
  port = (inside.address() as AddressInfo).port
  site = await startPageServer()
  web = testWeb(site.host)
  lab = await openPageToolLab({
    startProxy: (options) =>
      web.startEgressProxy({
        ...options,
        onRefused(target, why) {
          refused.push(target)
          options.onRefused(target, why)
        },
      }),
  })
  secretFile = join(lab.folder, 'secret.mp4')
  await writeFile(secretFile, await site.file('clip.mp4'))
})

afterAll(async () => {
  inside.close()
  await lab[Symbol.asyncDispose]()
  await web[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})

const m3u8 = (text: string) => ({ m3u8: `#EXT-X-TARGETDURATION:2\n${text}\n#EXT-X-ENDLIST` })
const video = (src: string, type = 'video/mp4') => ({ html: `<video><source src="${src}" type="${type}"></video>` })
const HLS = 'application/x-mpegURL'

/** How a page of ours leads to an address inside; each becomes a site of its own. */
const WAYS: readonly (readonly [string, (target: string) => void])[] = [
  ['as its film', (target) => site.answers.set('/evil.html', video(target))],
  ['by a redirect of the page', (target) => site.answers.set('/evil.html', { redirect: target })],
  [
    'by a redirect of its film',
    (target) => {
      site.answers.set('/hop.mp4', { redirect: target })
      site.answers.set('/evil.html', video('/hop.mp4'))
    },
  ],
  ['as its playlist', (target) => site.answers.set('/evil.html', video(`${target}/live.m3u8`, HLS))],
  [
    'as a variant of its playlist',
    (target) => {
      site.answers.set('/evil.m3u8', { m3u8: `#EXT-X-STREAM-INF:BANDWIDTH=1000\n${target}/v.m3u8` })
      site.answers.set('/evil.html', video('/evil.m3u8', HLS))
    },
  ],
  [
    'as a segment',
    (target) => {
      site.answers.set('/evil.m3u8', m3u8(`#EXTINF:2,\n${target}/a.ts`))
      site.answers.set('/evil.html', video('/evil.m3u8', HLS))
    },
  ],
  [
    'as the key of a segment',
    (target) => {
      site.answers.set('/evil.m3u8', m3u8(`#EXT-X-KEY:METHOD=AES-128,URI="${target}/k"\n#EXTINF:2,\n/s0.ts`))
      site.answers.set('/evil.html', video('/evil.m3u8', HLS))
    },
  ],
  [
    'as an init section',
    (target) => {
      site.answers.set('/evil.m3u8', m3u8(`#EXT-X-MAP:URI="${target}/i.mp4"\n#EXTINF:2,\n/s0.ts`))
      site.answers.set('/evil.html', video('/evil.m3u8', HLS))
    },
  ],
  [
    'as a page within the page',
    (target) => site.answers.set('/evil.html', { html: `<meta property="og:video" content="${target}/x.mp4">` }),
  ],
  [
    'by telling the browser to go there',
    (target) => site.answers.set('/evil.html', { html: `<meta http-equiv="refresh" content="0; url=${target}/x">` }),
  ],
]

describe('a page that leads inside', () => {
  it.each(WAYS)('reaches nothing: %s', async (_, prepare) => {
    refused.length = 0
    prepare(`http://127.0.0.1:${port}`)
    const download = lab.tool.download(`${site.origin}/evil.html`, lab.download())
    await expect(download).rejects.toMatchObject({ code: 'address-refused', retry: 'never' })
    expect(refused).toContain(`127.0.0.1:${port}`)
    expect(reached).toBe(0)
  })

  it('is told of while it is only looked at', async () => {
    site.answers.set('/evil.html', { redirect: `http://127.0.0.1:${port}/` })
    const look = lab.tool.look(`${site.origin}/evil.html`, lab.look())
    await expect(look).rejects.toMatchObject({
      code: 'address-refused',
      why: expect.stringContaining(`127.0.0.1:${port}`),
    })
    expect(reached).toBe(0)
  })
})

describe('an address inside', () => {
  const direct = [
    (at: number) => `http://127.0.0.1:${at}/film.mp4`,
    (at: number) => `http://localhost:${at}/film.mp4`,
    (at: number) => `http://0.0.0.0:${at}/film.mp4`,
    (at: number) => `http://[::ffff:127.0.0.1]:${at}/film.mp4`,
    (at: number) => `http://2130706433:${at}/film.mp4`,
    (at: number) => `http://①②⑦.⓪.⓪.①:${at}/film.mp4`,
    () => 'http://169.254.169.254/latest/meta-data/',
    () => 'https://10.0.0.1/film.mp4',
  ]

  it('is refused however it is written', async () => {
    for (const address of direct.map((write) => write(port))) {
      await expect(lab.tool.look(address, lab.look()), address).rejects.toMatchObject({ code: 'address-refused' })
    }
    expect(reached).toBe(0)
  })

  it.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/x',
    'data:text/html,x',
    '--version',
    '-U',
    '',
    'http://',
    'ytsearch:x',
    'http://a:b@127.0.0.1/',
  ])('never becomes an option, or anything but http: %s', async (text) => {
    await expect(lab.tool.look(text, lab.look())).rejects.toMatchObject({ code: 'address-refused' })
  })
})

describe('a page that leads to a file of this machine', () => {
  it.each([
    ['as its film', () => site.answers.set('/evil.html', video(`file://${secretFile}`))],
    [
      'as a segment',
      () => {
        site.answers.set('/evil.m3u8', m3u8(`#EXTINF:2,\nfile://${secretFile}`))
        site.answers.set('/evil.html', video('/evil.m3u8', HLS))
      },
    ],
  ])('gives nothing of it: %s', async (_, prepare) => {
    prepare()
    const download = lab.tool.download(`${site.origin}/evil.html`, lab.download())
    await expect(download).rejects.toMatchObject({ code: expect.stringMatching(/^(page-refused|remote-broken)$/) })
  })
})

describe('an honest page', () => {
  it('passes the same proxy', async () => {
    const file = await lab.tool.download(`${site.origin}/muxed.html`, lab.download())
    expect(file.byteLength).toBeGreaterThan(100_000)
  })
})
