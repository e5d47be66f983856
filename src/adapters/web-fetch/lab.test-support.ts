import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { promisify } from 'node:util'
import { createWeb, type GuardedWeb } from './create-web.ts'
import { DIRECT_VECTORS } from './direct-vectors.test-support.ts'
import type { ResolvedAddress } from './dns-cache.ts'

/**
 * A closed world for one process: a network namespace in which every address there is leads to this machine, so that a
 * connection to any of them arrives here and is seen.
 */
const CLOSED_WORLD = 'ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo'

export interface LabReport {
  /** Addresses that connections arrived at, by how they were asked for; `curl alone` has no guard. */
  readonly reached: Readonly<Record<string, readonly string[]>>
  /** Statuses of public addresses and names that must be answered. */
  readonly honest: readonly number[]
  readonly tries: number
}

/** Runs the lab; null where namespaces cannot be made. */
export function runLab(): LabReport | null {
  const unshare = ['--map-root-user', '--net', '--', 'sh', '-c', `${CLOSED_WORLD} && exec "$0" "$1"`]
  const run = spawnSync('unshare', [...unshare, process.execPath, import.meta.filename], { encoding: 'utf8' })
  if (run.status === 0) return JSON.parse(run.stdout) as LabReport
  const isClosedToUs = run.error !== undefined || /unshare|RTNETLINK|ip: not found/.test(run.stderr)
  if (isClosedToUs) return null
  throw new Error(run.stderr)
}

const HONEST = ['93.184.215.14', '8.8.8.8', '2606:2800:21f:cb07:6820:80da:af6b:8b2c']
const PORT = 8080
const AT_ONCE = 6
const NEVER = new AbortController().signal

async function main(): Promise<void> {
  const arrivals = await listenEverywhere()
  const urls = DIRECT_VECTORS.map((vector) => vector.replaceAll('PORT', `${PORT}`))
  const reached: Record<string, string[]> = {}
  let tries = 0
  const count = async (way: string, vectors: readonly string[], reach: (url: string) => Promise<unknown>) => {
    arrivals.clear()
    const left = [...vectors]
    const work = async () => {
      for (let vector = left.pop(); vector !== undefined; vector = left.pop()) {
        tries++
        await reach(vector).catch(() => {})
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    reached[way] = [...arrivals].filter((address) => !HONEST.includes(address))
  }
  const answers = new Map<string, readonly ResolvedAddress[]>()
  await using web = webOf(answers)
  const open = async (url: string) => {
    await using answer = await web.open({ url, timeoutMs: 3000 }, NEVER)
    await Array.fromAsync(answer.body)
    return answer.status
  }
  await count('open', urls, open)
  await count('text', urls, (url) => web.text({ url, fresh: true, timeoutMs: 3000 }, NEVER))
  await count('redirect', urls, (url) => open(redirectTo(url)))
  await count('names', namesOf(urls, answers), open)
  const proxyOf = (proxy: string) => ({
    url: `http://${HONEST[0]}:${PORT}/`,
    identity: { headers: {}, hosts: [], proxy },
  })
  await count('proxy', urls, (proxy) => web.open(proxyOf(proxy), NEVER))
  {
    await using egress = await web.startEgressProxy()
    await count('curl through the egress proxy', urls, (url) => curl(['--proxy', egress.url, url]))
    await count('curl in a tunnel', urls, (url) => curl(['--proxytunnel', '--proxy', egress.url, url]))
    await count('curl after a redirect', urls, (url) => curl(['--location', '--proxy', egress.url, redirectTo(url)]))
  }
  await count('curl alone', urls, (url) => curl([url]))
  const honest = HONEST.map((address) => `http://${address.includes(':') ? `[${address}]` : address}:${PORT}/`)
  answers.set('film.example', HONEST.map(resolved))
  honest.push(`http://film.example:${PORT}/`, redirectTo(`http://8.8.8.8:${PORT}/`))
  process.stdout.write(JSON.stringify({ reached, tries, honest: await Promise.all(honest.map(open)) }))
}

/** Every address on the ports of the vectors; what arrives is told by the address it came to. */
async function listenEverywhere(): Promise<Set<string>> {
  const arrivals = new Set<string>()
  for (const port of [PORT, 80, 443, 1900]) {
    const server = createServer((request, response) => {
      const to = URL.parse(request.url ?? '', 'http://x')?.searchParams.get('to')
      if (to) response.writeHead(302, { location: encodeURI(to) }).end()
      else response.end('reached')
    })
    server.on('connection', ({ localAddress = '?' }: Socket) =>
      arrivals.add(localAddress.replace(/^::ffff:(?=\d+\.)/, '')),
    )
    // Connections from this machine's own tests of the egress proxy go to ports of its own and are not seen here.
    await once(server.listen(port, '::'), 'listening')
    server.unref()
  }
  return arrivals
}

function webOf(answers: ReadonlyMap<string, readonly ResolvedAddress[]>): GuardedWeb {
  let asked = 0
  return createWeb({
    allowHosts: [],
    pool: { maxConnections: 8, maxKeepAlive: 0, dnsTtlSec: 0, timeoutSec: 2, connectTimeoutSec: 2 },
    playlistCache: { enabled: false, ttlSec: 0, maxBytes: 0 },
    lookup: async (name) => {
      // Turns to and fro: public when it is looked at, inside when it is connected to.
      if (name === 'turning.example') return [resolved(asked++ % 2 ? '127.0.0.1' : '8.8.8.8')]
      return answers.get(name) ?? []
    },
  })
}

/** A name for every address of the vectors, alone and beside a public one, and one that turns. */
function namesOf(urls: readonly string[], answers: Map<string, readonly ResolvedAddress[]>): readonly string[] {
  const hosts = urls.flatMap((url) => URL.parse(url)?.hostname.replace(/^\[(.*)\]$/, '$1') ?? [])
  const literals = [...new Set(hosts)].filter((host) => /^[\d.]+$|:/.test(host))
  const names = literals.flatMap((literal, n) => {
    answers.set(`alone${n}.example`, [resolved(literal)])
    answers.set(`first${n}.example`, [resolved(literal), resolved('8.8.8.8')])
    answers.set(`last${n}.example`, [resolved('8.8.8.8'), resolved(literal)])
    return [`alone${n}`, `first${n}`, `last${n}`]
  })
  return [...names, ...Array.from({ length: 20 }, () => 'turning')].map((name) => `http://${name}.example:${PORT}/`)
}

function resolved(address: string): ResolvedAddress {
  return { address, family: address.includes(':') ? 6 : 4 }
}

function redirectTo(url: string): string {
  return `http://93.184.215.14:${PORT}/?to=${encodeURIComponent(url)}`
}

function curl(args: readonly string[]): Promise<unknown> {
  return promisify(execFile)('curl', ['--silent', '--globoff', '--max-time', '3', ...args], { env: {} })
}

if (import.meta.main) await main()
