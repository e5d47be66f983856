import { makeDataDir, type RunningServer, startServer } from '#test/support/start-server.ts'
import type { Measuring } from './bench.ts'
import { clear } from './clear.ts'
import { type CurlTimes, curl } from './curl.ts'
import { type Figure, median, withUnit } from './figure.ts'
import { filmOf } from './films.ts'
import { run } from './run.ts'
import { type StoredSegment, storedSegments } from './stored-segments.ts'
import { type EmulatorProcess, REAL_LINE, startEmulator } from './telegram-emulator.ts'
import { timedUpload } from './timed-upload.ts'

/** What is read cold stays cold: nothing is fetched that nobody asked for. */
const NO_CACHE = { CACHE_SIZE: '0', PRELOAD_SEGMENTS: '0', ENABLE_CACHE_WARMING: 'false' }
/** Packs that are read: more than what the reader keeps for a moment, so that the second time is cold, too. */
const PACKS = 6
const BOTS = 3
/** How often the film was played before, on a server in use. */
const PLAYED_BEFORE = 2
/** Packs and segments of a film from the web: what one bot keeps of it is read by one connection. */
const FILM_BYTES = 150e6

interface Sample {
  readonly ours: CurlTimes
  /** The same bytes of the file of the same pack. */
  readonly file: CurlTimes
  /** `getFile`, asked for its address. */
  readonly linkMs: number
}

/**
 * A segment that nobody has asked for yet, beside curl of the file that Telegram keeps: by a server that has just begun, and
 * by one that has been in use. Encrypted bytes leave when their 64 KiB are proved, others at once.
 */
export async function measureCold({ quietness, add }: Measuring): Promise<void> {
  {
    await using film = await storedFilm({ ENCRYPTION: 'on' })
    await quietness.look()
    add(...(await encryptedRows(film)))
    await quietness.look()
    add(await firstFrame(film))
  }
  await using film = await storedFilm({ ENCRYPTION: 'off' })
  await quietness.look()
  await using server = await startServer(film)
  await playAll(server, film)
  add(...figures('not encrypted, start of a pack, server in use', await sampled(server, film, film.starts), false))
  add(...figures('not encrypted, middle of a pack, server in use', await sampled(server, film, film.middles), false))
}

async function encryptedRows(film: StoredFilm): Promise<Figure[]> {
  await using server = await startServer(film)
  const begun = [
    ...figures('start of a pack, link not known', await sampled(server, film, film.starts), true),
    ...figures('start of a pack, link known', await sampled(server, film, film.starts), false),
  ]
  await playAll(server, film)
  return [
    ...begun,
    ...figures('start of a pack, server in use', await sampled(server, film, film.starts), false),
    ...figures('middle of a pack, server in use', await sampled(server, film, film.middles), false),
  ]
}

/** A film in an emulated Telegram. */
interface StoredFilm extends AsyncDisposable {
  readonly emulator: EmulatorProcess
  readonly videoId: string
  readonly dataDir: string
  readonly env: Readonly<Record<string, string>>
  readonly all: readonly StoredSegment[]
  /** One segment of each pack. */
  readonly starts: readonly StoredSegment[]
  readonly middles: readonly StoredSegment[]
}

async function storedFilm({ ENCRYPTION }: { readonly ENCRYPTION: 'on' | 'off' }): Promise<StoredFilm> {
  const emulator = await startEmulator(BOTS, REAL_LINE, 'none')
  const dataDir = await makeDataDir()
  const env = { ...emulator.env, ...NO_CACHE, ENCRYPTION }
  const { videoId } = await timedUpload(await filmOf('mp4', FILM_BYTES), dataDir, env)
  const all = storedSegments(dataDir, videoId, { sealed: ENCRYPTION === 'on' })
  // The first pack is shorter than the others.
  const packs = Array.from({ length: PACKS }, (_, index) =>
    all.filter(({ packPosition }) => packPosition === index + 1),
  )
  return {
    ...{ emulator, videoId, dataDir, env, all, starts: packs.map(firstOf), middles: packs.map(middleOf) },
    async [Symbol.asyncDispose]() {
      await emulator[Symbol.asyncDispose]()
      await clear(dataDir)
    },
  }
}

/** Its code has run often then, and of the bytes only the last packs are still at hand. */
async function playAll({ url }: RunningServer, { all, emulator }: StoredFilm): Promise<void> {
  for (let time = 0; time < PLAYED_BEFORE; time++) for (const { path } of all) await curl(url + path)
  await untilIdle(emulator)
}

async function firstFrame(film: StoredFilm): Promise<Figure> {
  await using server = await startServer(film)
  const playlist = `${server.url}/playlist/local/${film.videoId}.m3u8`
  const cold = await run('ffmpeg', ['-nostdin', '-v', 'error', '-i', playlist, '-frames:v', '1', '-f', 'null', '-'])
  const again = await run('ffmpeg', ['-nostdin', '-v', 'error', '-i', playlist, '-frames:v', '1', '-f', 'null', '-'])
  return {
    name: 'cold: first frame in ffmpeg',
    ours: withUnit(cold.ms, 'ms'),
    limit: `kept ${withUnit(again.ms, 'ms')}`,
    ratio: cold.ms / again.ms,
    allowed: null,
  }
}

/** Of some size, so that its end says something about the rate. */
function firstOf(segments: readonly StoredSegment[]): StoredSegment {
  return known(segments.find(({ byteLength }) => byteLength > 1e6))
}

function middleOf(segments: readonly StoredSegment[]): StoredSegment {
  return known(segments.find(({ byteLength, storedFirst }) => byteLength > 1e6 && storedFirst > 8e6))
}

function known(segment: StoredSegment | undefined): StoredSegment {
  if (!segment) throw new Error('The film has too few packs.')
  return segment
}

async function sampled(
  server: RunningServer,
  { emulator }: StoredFilm,
  segments: readonly StoredSegment[],
): Promise<Sample[]> {
  const samples: Sample[] = []
  for (const segment of segments) {
    const ours = await curl(server.url + segment.path)
    // The rest of the pack comes after the segment; what is measured next has the line for itself.
    await untilIdle(emulator)
    const { url, linkMs } = await linkOf(emulator, segment)
    samples.push({ ours, linkMs, file: await curl(url, { first: segment.storedFirst, end: segment.storedEnd }) })
  }
  return samples
}

async function untilIdle(emulator: EmulatorProcess): Promise<void> {
  while ((await emulator.calls('download')).some(({ endedMs }) => endedMs === undefined))
    await new Promise((resolve) => setTimeout(resolve, 50))
}

/** What anybody with the token does to get at the file. */
async function linkOf({ root, tokens }: EmulatorProcess, { botId, fileId }: StoredSegment) {
  const token = tokens.find((each) => each.startsWith(`${botId}:`)) ?? ''
  const query = `${root}/bot${token}/getFile?file_id=${fileId}`
  const { endMs: linkMs } = await curl(query)
  const { result } = (await (await fetch(query)).json()) as { result: { file_path: string } }
  return { url: `${root}/file/bot${token}/${result.file_path}`, linkMs }
}

/**
 * `Limit` is one request for the file at an address that is known; where our server has to ask for the address first, the
 * curl of `getFile` is added. First byte: of the segment, wherever in the file it lies. Whole: up to its last byte.
 */
function figures(name: string, samples: readonly Sample[], asksLink: boolean): Figure[] {
  const theirs = samples.map(({ file, linkMs }) => {
    const more = asksLink ? linkMs : 0
    return { firstMs: file.firstMs + more, endMs: file.endMs + more }
  })
  const [first, firstTheirs] = [
    median(samples.map(({ ours }) => ours.firstMs)),
    median(theirs.map((each) => each.firstMs)),
  ]
  const [end, endTheirs] = [median(samples.map(({ ours }) => ours.endMs)), median(theirs.map((each) => each.endMs))]
  const beside = asksLink ? 'curl, two requests,' : 'curl'
  return [
    {
      name: `cold, ${name}: first byte`,
      ours: withUnit(first, 'ms'),
      limit: `${beside} ${withUnit(firstTheirs, 'ms')} + 5 ms`,
      ratio: first / (firstTheirs + 5),
      allowed: 1,
    },
    {
      name: `cold, ${name}: whole`,
      ours: withUnit(end, 'ms'),
      limit: `${beside} ${withUnit(endTheirs, 'ms')}`,
      ratio: end / endTheirs,
      allowed: 1.1,
    },
  ]
}
