import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { ROUTE_POLICY } from '#surfaces/http/auth/route-policy.ts'
import { DOWNLOAD_PATH, DOWNLOADS_PATH, LINK_INFO_PATH, playlistPath } from '#surfaces/http/contract/addresses.ts'
import type { Download } from '#surfaces/http/contract/download.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { startOrigin } from '../support/origin/start-origin.ts'
import { tsStream } from '../support/origin/streams/simple.ts'
import { readServed } from '../support/served-stream.ts'
import type { RunningServer } from '../support/start-server.ts'
import { openTelegramLab, type TelegramLab } from '../support/telegram-lab.ts'

let film: string
beforeAll(async () => {
  film = await mediaFile('mp4-two-voices')
})

/** Of settings that are read and shown, whether or not anything uses them. */
const SECRET_SETTINGS = {
  ADMIN_PASSWORD: 'canary-of-the-admin',
  API_HASH: 'cafe0123456789abcdef0123456789ab',
  REDIS_PASSWORD: 'canary-of-redis"\\',
  R2_SECRET_KEY: 'canary-of-r2-secret',
}

describe.concurrent('secrets', () => {
  it('of bots are in nothing that is written, answered or shown, whatever goes wrong with Telegram', async () => {
    await using lab = await openTelegramLab({
      telegram: { bots: 3 },
      env: {
        ...SECRET_SETTINGS,
        API_ID: '12345',
        LOG_LEVEL: 'DEBUG',
        ENABLE_CACHE_WARMING: 'false',
        PRELOAD_SEGMENTS: '0',
      },
    })
    const tokens = lab.telegram.bots.map(({ token }) => token)
    const seen = new Seen()
    {
      await using server = await lab.serve({ LOG_FILE: join(lab.dataDir, 'telereel.log') })
      using _watch = seen.watchChildrenOf(server.pid)
      breakEverything(lab)
      const id = await server.api.upload(film)
      await server.api.waitReady(id)
      for (let round = 0; round < 2; round++) {
        breakEverything(lab)
        await readServed(server.url + playlistPath(id)).catch((error) => seen.add('the player', String(error)))
      }
      const [, second] = lab.telegram.bots
      lab.telegram.happen({ what: 'revoke-token', botId: second?.id ?? 0 })
      await server.api.waitEnded(await server.api.upload(film))
      await askEverything(server, id, seen)
      seen.add('the server', server.log())
    }
    for (const command of COMMANDS) {
      const { stdout, stderr } = await lab.run(...command.split(' '))
      seen.add(command, stdout + stderr)
    }
    const key = (await readFile(join(lab.dataDir, 'recovery-key'), 'utf8')).trim()
    await seen.addFiles(lab.dataDir)
    expect(seen.size).toBeGreaterThan(60)
    const halves = tokens.map((token) => token.split(':')[1] ?? '')
    expect(seen.whereIs([...tokens, ...halves, ...Object.values(SECRET_SETTINGS)])).toEqual([])
    // The server shows it when it has made it.
    expect(seen.whereIs([key])).toEqual(['recovery-key', 'the server'])
  })

  it('of a download are in its own files, which are nobody else’s to read, and nowhere else', async () => {
    await using lab = await openTelegramLab({ env: { LOG_LEVEL: 'DEBUG' } })
    await using origin = await startOrigin()
    const stream = await tsStream(origin)
    const seen = new Seen()
    const secrets = {
      header: 'Bearer canary-of-a-header',
      cookie: 'canary-of-a-cookie',
      query: 'canary-of-a-query',
      proxy: 'canary-of-a-proxy',
    }
    await mkdir(join(lab.dataDir, 'cookies'))
    const cookies = `# telereel-domain: 127.0.0.1\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsid\t${secrets.cookie}\n`
    await writeFile(join(lab.dataDir, 'cookies', 'mine.txt'), cookies, { mode: 0o600 })
    {
      await using server = await lab.serve({ FETCH_ALLOW_HOSTS: origin.hostPort, RATE_LIMIT_DOWNLOAD: '100/min' })
      using _watch = seen.watchChildrenOf(server.pid)
      const identity = { headers: { Authorization: secrets.header, 'X-Api-Key': secrets.header }, cookies: 'mine' }
      const orders = [
        { url: `${stream.url}?token=${secrets.query}`, identity },
        { url: `${origin.url}/gone.m3u8?token=${secrets.query}`, identity },
        { url: `${origin.url}/page.html?token=${secrets.query}#${secrets.query}`, identity },
        { url: stream.url, identity: { ...identity, proxy: `http://me:${secrets.proxy}@127.0.0.1:9` } },
        { url: `http://me:${secrets.query}@127.0.0.1/x`, identity },
      ]
      origin.put('/page.html', { status: 200, body: Buffer.from('<html><video></video>'), headers: {} } as never)
      for (const order of orders) await ask(server, order, seen)
      const tried = async () =>
        (await downloads(server)).map(({ attempts, state }) => attempts > 0 && state !== 'running')
      await vi.waitFor(async () => expect(await tried()).not.toContain(false), { timeout: 60_000, interval: 50 })
      for (const { jobId } of await downloads(server)) await askEverything(server, jobId, seen)
      seen.add('the server', server.log())
    }
    await seen.addFiles(lab.dataDir)
    expect(origin.requests.some(({ headers }) => headers.authorization === secrets.header)).toBe(true)
    expect(origin.requests.some(({ headers }) => headers.cookie === `sid=${secrets.cookie}`)).toBe(true)
    const places = seen.whereIs(Object.values(secrets).map((secret) => secret.replace(/^Bearer /, '')))
    expect(places).toEqual(expect.arrayContaining(['catalog.db', 'cookies/mine.txt']))
    // A recording knows the address that it is of.
    for (const place of places) expect(place).toMatch(/^(catalog\.db|cookies\/mine\.txt|downloads\/[^/]+\/journal)$/)
    for (const place of places) expect([place, (await stat(join(lab.dataDir, place))).mode & 0o077]).toEqual([place, 0])
  })
})

const COMMANDS = [
  'doctor',
  'config --json',
  'config --changed',
  'list --json',
  'test-bots',
  'test-bots --json',
  'verify',
]

/** A service that repeats what it was called with, in every way an answer can fail. */
function breakEverything({ telegram }: TelegramLab): void {
  const [one, two] = telegram.bots
  const echo = `not here: https://api.telegram.org/file/bot${one?.token}/documents/1 and bot${two?.token}/getFile`
  telegram.faults.clear()
  telegram.faults.random({
    seed: 7,
    faults: [
      { share: 0.05, method: ['download', 'sendDocument'], fault: { do: 'answer', code: 500, description: echo } },
      { share: 0.05, method: ['download', 'getFile'], fault: { do: 'answer', code: 400, description: echo } },
      { share: 0.05, fault: { do: 'html', status: 502 } },
      { share: 0.05, method: ['download', 'getFile'], fault: { do: 'cut-after', reset: true } },
      { share: 0.05, method: 'download', fault: { do: 'short-body' } },
      { share: 0.05, method: 'download', fault: { do: 'flip-bit' } },
    ],
  })
}

/** Orders a download, and asks what stands there. */
async function ask(server: RunningServer, order: { readonly url: string; readonly identity: object }, seen: Seen) {
  for (const path of [DOWNLOAD_PATH, LINK_INFO_PATH]) {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(order) })
    // Whoever asks is told of the address that was asked for.
    seen.add(`POST ${path}`, (await answer.text()).replaceAll(order.url, ''))
  }
}

async function downloads(server: RunningServer): Promise<readonly Download[]> {
  return (await server.api.get<{ downloads: Download[] }>(DOWNLOADS_PATH)).downloads
}

/** Every address that can be read, of this id, and with what cannot be answered. */
async function askEverything(server: RunningServer, id: string, seen: Seen): Promise<void> {
  const patterns = Object.keys(ROUTE_POLICY).filter((route) => route.startsWith('GET ') && !route.endsWith('/events'))
  for (const pattern of patterns) {
    const path = pattern
      .slice(4)
      .replace(':id', id)
      .replace(':reach', 'local')
      .replace(':name', `${id}.m3u8`)
      .replace(/:\w+/, '0')
    const answer = await fetch(server.url + path, { headers: { accept: '*/*' } })
    seen.add(path, JSON.stringify([...answer.headers]) + (await answer.text()))
  }
}

/** Everything that somebody could see. */
class Seen {
  readonly #texts: [where: string, text: string][] = []

  get size(): number {
    return this.#texts.length
  }

  add(where: string, text: string): void {
    this.#texts.push([where, text])
  }

  async addFiles(folder: string): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      this.add(path.slice(folder.length + 1), await readFile(path, 'latin1'))
    }
  }

  /** Command lines and environments of all processes below one, as neighbours on the machine can see them. */
  watchChildrenOf(pid: number): Disposable {
    const own = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
    const timer = setInterval(() => {
      for (const child of childrenOf(pid)) {
        try {
          const [line = '', environment = ''] = ['cmdline', 'environ'].map((what) =>
            readFileSync(`/proc/${child}/${what}`, 'latin1'),
          )
          // Until it runs its program a child is a copy of its parent.
          if (line !== own) this.add('a child', line + environment)
        } catch {
          // It has ended.
        }
      }
    }, 15)
    return { [Symbol.dispose]: () => clearInterval(timer) }
  }

  /** Also as they stand in addresses, in JSON and in base64. */
  whereIs(secrets: readonly string[]): string[] {
    const forms = secrets.flatMap((secret) => [
      ...[secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)],
      Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1),
    ])
    const places = this.#texts.filter(([, text]) => forms.some((form) => text.includes(form))).map(([where]) => where)
    return [...new Set(places)].sort()
  }
}

function childrenOf(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It has ended.
    }
  }
  const below = (id: number): number[] =>
    [...parents].flatMap(([child, of]) => (of === id ? [child, ...below(child)] : []))
  return below(pid)
}
