import { makeDataDir, type RunningServer, startServer } from '#test/support/start-server.ts'
import type { Measuring } from './bench.ts'
import { clear } from './clear.ts'
import { type CurlTimes, curl } from './curl.ts'
import { median, withUnit } from './figure.ts'
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
/** Packs and segments of a film from the web: what one bot keeps of it is read by one connection. */
const FILM_BYTES = 150e6

interface Sample {
  readonly ours: CurlTimes
  /** The same bytes of the file of the same pack. */
  readonly file: CurlTimes
  /** `getFile`, asked for its address. */
  readonly linkMs: number
}

/** A segment that nobody has asked for yet, beside curl of the file that Telegram keeps. */
export async function measureCold({ quietness, add }: Measuring): Promise<void> {
  await using emulator = await startEmulator(BOTS, REAL_LINE, 'none')
  const dataDir = await makeDataDir()
  const env = { ...emulator.env, ...NO_CACHE }
  const { videoId } = await timedUpload(await filmOf('mp4', FILM_BYTES), dataDir, env)
  const all = storedSegments(dataDir, videoId)
  // The first pack is shorter than the others.
  const packs = Array.from({ length: PACKS }, (_, index) =>
    all.filter(({ packPosition }) => packPosition === index + 1),
  )
  const [starts, middles] = [packs.map(firstOf), packs.map(middleOf)]
  await quietness.look()
  {
    await using server = await startServer({ dataDir, env })
    report('start of a pack, link not known', await sampled(server, emulator, starts), true, add)
    report('start of a pack, link known', await sampled(server, emulator, starts), false, add)
    report('middle of a pack, link known', await sampled(server, emulator, middles), false, add)
  }
  await quietness.look()
  await using server = await startServer({ dataDir, env })
  const playlist = `${server.url}/playlist/local/${videoId}.m3u8`
  const cold = await run('ffmpeg', ['-nostdin', '-v', 'error', '-i', playlist, '-frames:v', '1', '-f', 'null', '-'])
  const again = await run('ffmpeg', ['-nostdin', '-v', 'error', '-i', playlist, '-frames:v', '1', '-f', 'null', '-'])
  const limit = `kept ${withUnit(again.ms, 'ms')}`
  add({
    name: 'cold: first frame in ffmpeg',
    ours: withUnit(cold.ms, 'ms'),
    limit,
    ratio: cold.ms / again.ms,
    allowed: null,
  })
  await clear(dataDir)
}

/** Of some size, so that its end says something about the rate. */
function firstOf(segments: readonly StoredSegment[]): StoredSegment {
  return known(segments.find(({ byteLength }) => byteLength > 1e6))
}

function middleOf(segments: readonly StoredSegment[]): StoredSegment {
  return known(segments.find(({ byteLength, sealedFirst }) => byteLength > 1e6 && sealedFirst > 8e6))
}

function known(segment: StoredSegment | undefined): StoredSegment {
  if (!segment) throw new Error('The film has too few packs.')
  return segment
}

async function sampled(
  server: RunningServer,
  emulator: EmulatorProcess,
  segments: readonly StoredSegment[],
): Promise<Sample[]> {
  const samples: Sample[] = []
  for (const segment of segments) {
    const ours = await curl(server.url + segment.path)
    // The rest of the pack comes after the segment; what is measured next has the line for itself.
    await untilIdle(emulator)
    const { url, linkMs } = await linkOf(emulator, segment)
    samples.push({ ours, linkMs, file: await curl(url, { first: segment.sealedFirst, end: segment.sealedEnd }) })
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
function report(name: string, samples: readonly Sample[], asksLink: boolean, add: Measuring['add']): void {
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
  add({
    name: `cold, ${name}: first byte`,
    ours: withUnit(first, 'ms'),
    limit: `${beside} ${withUnit(firstTheirs, 'ms')} + 5 ms`,
    ratio: first / (firstTheirs + 5),
    allowed: 1,
  })
  const limit = `${beside} ${withUnit(endTheirs, 'ms')}`
  add({ name: `cold, ${name}: whole`, ours: withUnit(end, 'ms'), limit, ratio: end / endTheirs, allowed: 1.1 })
}
