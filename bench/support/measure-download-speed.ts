import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { environment, LAUNCHER } from '#test/support/run-telereel.ts'
import type { Measuring } from './bench.ts'
import { isInstalled, PEERS, type Peer, QUICK_PEERS, runPeer } from './download-peers.ts'
import { compared } from './figure.ts'
import { WORK } from './films.ts'
import { type MeasuredRun, measuredRun } from './measured-run.ts'
import { type SpeedOrigin, startSpeedOrigin } from './speed-origin.ts'

const FOLDER = `${WORK}/downloads`
const OUTPUT = `${FOLDER}/film.ts`
const ROUNDS = 3
/** The least that N connections need on this profile. */
const limitSec = (connections: number) => 45.26 / connections + 0.04
const DEFAULT_LIMIT_SEC = 2
const MEMORY_LIMIT_MB = 120
const UNLIMITED_BYTES_PER_SEC = 400e6

/** The same download by others. */
export async function measurePeers(measuring: Measuring): Promise<void> {
  await using origin = await startSpeedOrigin('--profile', 'speed')
  for (const peer of PEERS) {
    if (isInstalled(peer.command)) await measurePeer(peer, origin, measuring)
    else console.log(`${peer.name}: not installed here, so not measured`)
  }
}

/** 200 segments of 1.49 MB, 40 ms, 8 MB/s per connection, beside what that allows. */
export async function measureDownloadSpeed({ quietness, add }: Measuring): Promise<void> {
  await using origin = await startSpeedOrigin('--profile', 'speed')
  const [sixteen, byItself] = [[] as MeasuredRun[], [] as MeasuredRun[]]
  let most = 0
  for (let round = 0; round < ROUNDS; round++) {
    await quietness.look()
    sixteen.push(await ourDownload(origin, '--connections', '16'))
    await origin.figures()
    byItself.push(await ourDownload(origin))
    most = Math.max(most, (await origin.figures()).mostConnections)
  }
  const secs = (runs: readonly MeasuredRun[]) => runs.map(({ sec }) => sec)
  const peaks = (runs: readonly MeasuredRun[]) => runs.map(({ peakRssMb }) => peakRssMb)
  const of = (limit: number) => sixteen.map(() => limit)
  const beside = 'of 16 connections'
  add(compared('16 connections', { ours: secs(sixteen), limit: of(limitSec(16)), unit: 's', beside, allowed: 1.1 }))
  const name = `no option (${most} connections at most)`
  add(compared(name, { ours: secs(byItself), limit: of(DEFAULT_LIMIT_SEC), unit: 's', beside: 'goal', allowed: 1 }))
  for (const [what, runs] of [['16 connections', sixteen] as const, ['no option', byItself] as const]) {
    const memory = { ours: peaks(runs), limit: of(MEMORY_LIMIT_MB), unit: 'MB', beside: 'goal', allowed: 1 }
    add(compared(`peak memory, ${what}`, memory))
  }
}

/** Without latency and rate, long enough that starting the program does not count; others in turns with it. */
export async function measureUnlimited({ quietness, add }: Measuring): Promise<void> {
  await using origin = await startSpeedOrigin('--profile', 'synthetic', '--segments', '1000')
  const ours: MeasuredRun[] = []
  const peers = QUICK_PEERS.filter(({ command }) => isInstalled(command)).map((peer) => ({
    peer,
    secs: [] as number[],
  }))
  for (let round = 0; round < ROUNDS; round++) {
    await quietness.look()
    ours.push(await ourDownload(origin))
    for (const { peer, secs } of peers) secs.push((await peerDownload(peer, origin)).sec)
  }
  const { byteLength } = origin.truth
  const limit = ours.map(() => byteLength / UNLIMITED_BYTES_PER_SEC)
  const name = `${Math.round(byteLength / 1e6)} MB without latency and rate`
  const beside = '400 MB/s:'
  const times = { ours: ours.map(({ sec }) => sec), unit: 's' }
  add(compared(name, { ...times, limit, beside, allowed: 1 }))
  for (const { peer, secs } of peers) {
    add(compared('the same', { ...times, limit: secs, beside: peer.name, allowed: peer.isBound ? null : 1 }))
  }
  const memory = ours.map(({ peakRssMb }) => peakRssMb)
  const goal = { limit: ours.map(() => MEMORY_LIMIT_MB), unit: 'MB', beside: 'goal', allowed: 1 }
  add(compared('peak memory, without latency and rate', { ours: memory, ...goal }))
}

/** The command as a person gives it; its bytes are proved. */
export async function ourDownload(origin: SpeedOrigin, ...options: readonly string[]): Promise<MeasuredRun> {
  await freshFolder()
  const args = [LAUNCHER, 'download', origin.url, '--output', OUTPUT, ...options]
  const env = environment(`${FOLDER}/data`, { FETCH_ALLOW_HOSTS: origin.hostPort })
  const ran = await measuredRun(process.execPath, args, { cwd: FOLDER, env })
  await expectExact(OUTPUT, origin)
  return ran
}

async function measurePeer(peer: Peer, origin: SpeedOrigin, { quietness, add }: Measuring): Promise<void> {
  await quietness.look()
  await origin.figures()
  const ran = await peerDownload(peer, origin)
  const { mostConnections } = await origin.figures()
  const name = `${peer.name} (${mostConnections} connections at most, ${Math.round(ran.peakRssMb)} MB)`
  const beside = `of ${peer.connections}`
  add(compared(name, { ours: [ran.sec], limit: [limitSec(peer.connections)], unit: 's', beside }))
}

async function peerDownload(peer: Peer, origin: SpeedOrigin): Promise<MeasuredRun> {
  const segments = origin.truth.segmentCount
  await freshFolder()
  const urls = Array.from({ length: segments }, (_, index) => new URL(`segment-${index}.ts`, origin.url).href)
  await writeFile(`${FOLDER}/list`, `${urls.join('\n')}\n`)
  const ran = await runPeer(peer, { url: origin.url, output: OUTPUT, folder: FOLDER, segments })
  if (peer.keepsBytes) await expectExact(OUTPUT, origin)
  return ran
}

async function freshFolder(): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true })
  await mkdir(`${FOLDER}/data`, { recursive: true })
}

async function expectExact(path: string, { truth }: SpeedOrigin): Promise<void> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  if (hash.digest('hex') !== truth.sha256) throw new Error(`${path} is not what the origin served.`)
}
