/** What serving costs the processor, beside nginx with sendfile on the same bytes. `node bench/serving.ts [rounds]` */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { uploadByCli } from '#test/support/upload-by-cli.ts'
import { type RunningServer, startServer } from '#test/support/start-server.ts'
import { bench, type Measuring } from './support/bench.ts'
import { compared } from './support/figure.ts'
import { WORK, webFilm } from './support/films.ts'
import { type Cost, load, type Target } from './support/load.ts'
import { type Nginx, startNginx } from './support/nginx.ts'

const ROUNDS = Number(process.argv[2] ?? 3)
const DATA = `${WORK}/serving-data`
const FILES = `${WORK}/serving-files`
const PER_GB = { of: ({ secPerGb }: Cost) => secPerGb, unit: 's/GB', status: 200 }
/** Viewers at once; nginx has as many. */
const CROWDS = [50, 200]

await bench('Serving', async (measuring) => {
  await rm(DATA, { recursive: true, force: true })
  await rm(FILES, { recursive: true, force: true })
  await mkdir(FILES, { recursive: true })
  await using nginx = await startNginx(FILES)
  const video = await ingested()
  await measureHot(video, nginx, measuring)
  await measureCold(video, nginx, measuring)
  await measureDiskCache(video, nginx, measuring)
  await rm(DATA, { recursive: true, force: true })
  await rm(FILES, { recursive: true, force: true })
})

interface Film {
  readonly playlist: string
  readonly segments: readonly string[]
}

/** Ingests a film and puts what the server answers for it into nginx's folder, under the same names. */
async function ingested(): Promise<Film> {
  await using server = await startServer({ dataDir: DATA })
  const { videoId, stderr } = await uploadByCli(server, await webFilm())
  if (videoId === '') throw new Error(`The upload failed: ${stderr}`)
  await server.api.waitReady(videoId)
  const playlist = `/playlist/local/${videoId}/v0.m3u8`
  const text = await bodyOf(server.url + playlist)
  const lines = text
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const segments = lines.map((line) => new URL(line, server.url + playlist).pathname)
  for (const path of [playlist, ...segments]) {
    await mkdir(`${FILES}${path.slice(0, path.lastIndexOf('/'))}`, { recursive: true })
    await writeFile(`${FILES}${path}`, await bodyOf(server.url + path))
  }
  return { playlist, segments }
}

async function bodyOf(url: string): Promise<Buffer> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
  return Buffer.from(await answer.arrayBuffer())
}

async function measureHot({ playlist, segments }: Film, nginx: Nginx, measuring: Measuring): Promise<void> {
  await using server = await startServer({ dataDir: DATA })
  const perRequest = { of: ({ secPerRequest }: Cost) => secPerRequest * 1e6, unit: 'µs', status: 200 }
  // Once through, so that all of it is in the cache.
  for (const path of segments) await bodyOf(server.url + path)
  await segmentsBeside('from memory', server, nginx, { paths: segments, allowed: 2 }, measuring)
  await beside('playlist, 200', server, nginx, { paths: [playlist], ...perRequest, allowed: 4 }, measuring)
  await beside('playlist, 304', server, nginx, { paths: [playlist], ...perRequest, status: 304, allowed: 3 }, measuring)
}

/** From the folder of the store, with no cache at all. */
async function measureCold({ segments }: Film, nginx: Nginx, measuring: Measuring): Promise<void> {
  await using server = await startServer({ dataDir: DATA, env: { CACHE_SIZE: '0' } })
  await segmentsBeside('from the disk store', server, nginx, { paths: segments, allowed: 4.5 }, measuring)
}

/** From the disk cache: the memory before it holds less than half of the film. */
async function measureDiskCache({ segments }: Film, nginx: Nginx, measuring: Measuring): Promise<void> {
  await using server = await startServer({ dataDir: DATA, env: { CACHE_TYPE: 'disk', PRELOAD_SEGMENTS: '0' } })
  for (const path of segments) await bodyOf(server.url + path)
  const missesOf = async () => ((await (await fetch(`${server.url}/cache/stats`)).json()) as { misses: number }).misses
  const before = await missesOf()
  await segmentsBeside('from the disk cache', server, nginx, { paths: segments, allowed: 4.5 }, measuring)
  const missed = (await missesOf()) - before
  if (missed > 0) throw new Error(`${missed} slices did not come from the cache.`)
}

async function segmentsBeside(
  from: string,
  server: RunningServer,
  nginx: Nginx,
  { paths, allowed }: Pick<Task, 'paths' | 'allowed'>,
  measuring: Measuring,
): Promise<void> {
  for (const connections of CROWDS) {
    const task = { paths, allowed, connections, ...PER_GB }
    await beside(`segments ${from}, ${connections} viewers`, server, nginx, task, measuring)
  }
}

interface Task {
  readonly paths: readonly string[]
  readonly status: number
  readonly unit: string
  readonly allowed: number
  readonly connections?: number
  of(cost: Cost): number
}

async function beside(
  name: string,
  server: RunningServer,
  nginx: Nginx,
  { paths, status, unit, allowed, connections = 50, of }: Task,
  { quietness, add }: Measuring,
): Promise<void> {
  const [ours, limit] = [[] as number[], [] as number[]]
  const [own, theirs] = await Promise.all([asked(server, paths, status), asked(nginx, paths, status)])
  for (let round = 0; round < ROUNDS; round++) {
    await quietness.look()
    ours.push(of(await load({ ...own, connections }, status)))
    limit.push(of(await load({ ...theirs, connections }, status)))
  }
  add(compared(name, { ours, limit, unit, beside: 'nginx', allowed }))
}

/** For a 304 the client says which version it has. */
async function asked(target: Pick<Target, 'url' | 'pid'>, paths: readonly string[], status: number): Promise<Target> {
  const { url, pid } = target
  if (status !== 304) return { url, pid, paths }
  const { headers } = await fetch(url + paths[0], { method: 'HEAD', headers: { 'accept-encoding': 'identity' } })
  return { url, pid, paths, headers: { 'if-none-match': headers.get('etag') ?? '' } }
}
