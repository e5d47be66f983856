import { clear } from './clear.ts'
import { makeDataDir, startServer } from '#test/support/start-server.ts'
import type { Measuring } from './bench.ts'
import { withUnit } from './figure.ts'
import { filmOf } from './films.ts'
import { leastUploadSec } from './least-upload.ts'
import { hashOfSegments } from './served-film.ts'
import { REAL_LINE, startEmulator } from './telegram-emulator.ts'
import { type TimedUpload, timedUpload } from './timed-upload.ts'

/** MAX_CHUNK_SIZE as it is by default. */
const BLOB_BYTES = 19_922_944
/** With these the limits last for ten bots, too: a large film in short. */
const SMALL_BLOB_BYTES = 4 * 1024 * 1024
/** As `LaneTuning.inFlight.send`. */
const SENDS_AT_ONCE = 4

interface Run {
  readonly bots: number
  readonly blobBytes: number
}

interface Upload extends TimedUpload {
  readonly leastSec: number
  readonly messages: number
  readonly leastMessages: number
  readonly early: number
  readonly sha256: string
}

/** A film of 300 MB over one, three and ten bots; and in small blobs, so that the limits bind ten bots, too. */
export async function measureUploads({ quietness, add }: Measuring): Promise<void> {
  const film = await filmOf('mp4', 300e6)
  const runs: Run[] = [
    ...[1, 3, 10].map((bots) => ({ bots, blobBytes: BLOB_BYTES })),
    ...[3, 10].map((bots) => ({ bots, blobBytes: SMALL_BLOB_BYTES })),
  ]
  const onDisk = new Map<number, string>()
  const done = new Map<Run, Upload>()
  for (const run of runs) {
    await quietness.look()
    const known = onDisk.get(run.blobBytes) ?? (await hashOnDisk(film, run.blobBytes))
    onDisk.set(run.blobBytes, known)
    const upload = await uploadOnce(film, run)
    done.set(run, upload)
    const name = `upload, ${run.bots} bots, blobs of ${withUnit(run.blobBytes / 1e6, 'MB')}`
    const { sec, commandSec, leastSec, messages, leastMessages, early, sha256 } = upload
    const limit = `limits ${withUnit(leastSec, 's')}`
    add({ name, ours: withUnit(sec, 's'), limit, ratio: sec / leastSec, allowed: 1.1 })
    const most = `least ${leastMessages}`
    add({ name: `${name}: messages`, ours: `${messages}`, limit: most, ratio: messages / leastMessages, allowed: 1.1 })
    if (sha256 !== known) throw new Error(`${name}: what comes back is not what was ingested.`)
    const busy = withUnit(upload.processorSec, 's')
    console.log(
      `${name}: command ${withUnit(commandSec, 's')}, processor ${busy}, early calls ${early}, bytes identical`,
    )
  }
  const [one, ...others] = runs
  for (const run of others) {
    const base = run.blobBytes === one?.blobBytes ? one : runs.find(({ blobBytes }) => blobBytes === run.blobBytes)
    if (base && base !== run) add(speedUp(base, run, done))
  }
}

/** How many times faster, beside how many times faster the limits let it be: nine tenths of that. */
function speedUp(base: Run, run: Run, done: ReadonlyMap<Run, Upload>) {
  const [slow, fast] = [done.get(base) as Upload, done.get(run) as Upload]
  const [ours, limit] = [slow.sec / fast.sec, slow.leastSec / fast.leastSec]
  const name = `speed-up, ${base.bots} to ${run.bots} bots, blobs of ${withUnit(run.blobBytes / 1e6, 'MB')}`
  return {
    name,
    ours: withUnit(ours, 'x'),
    limit: `limits ${withUnit(limit, 'x')}`,
    ratio: limit / ours,
    allowed: 1.11,
  }
}

async function hashOnDisk(film: string, blobBytes: number): Promise<string> {
  const dataDir = await makeDataDir()
  const env = { MAX_CHUNK_SIZE: `${blobBytes}` }
  const { videoId } = await timedUpload(film, dataDir, env)
  try {
    await using server = await startServer({ dataDir, env })
    return await hashOfSegments(server, videoId)
  } finally {
    await clear(dataDir)
  }
}

async function uploadOnce(film: string, { bots, blobBytes }: Run): Promise<Upload> {
  await using emulator = await startEmulator(bots)
  const dataDir = await makeDataDir()
  const env = { ...emulator.env, MAX_CHUNK_SIZE: `${blobBytes}` }
  try {
    const upload = await timedUpload(film, dataDir, env)
    const [calls, early] = [await emulator.calls('sendDocument'), await emulator.earlyCalls()]
    const messages = await emulator.storedMessages()
    const blobSizes = calls.filter(({ status }) => status === 200).map(({ bytesIn }) => bytesIn)
    const leastMessages = Math.ceil(upload.storedBytes / blobBytes)
    const leastSec = leastUploadSec({
      bots,
      // Full ones, and the rest of the film.
      blobSizes: leastSizes(blobSizes, leastMessages),
      inFlight: SENDS_AT_ONCE,
      line: REAL_LINE,
    })
    await using server = await startServer({ dataDir, env })
    const sha256 = await hashOfSegments(server, upload.videoId)
    return { ...upload, leastSec, messages, leastMessages, early, sha256 }
  } finally {
    await clear(dataDir)
  }
}

/** The same bytes in as few messages as possible: all but the last as large as the largest. */
function leastSizes(sizes: readonly number[], count: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const full = Math.max(...sizes)
  const rest = Math.max(0, total - full * (count - 1))
  return [...Array.from({ length: count - 1 }, () => full), rest]
}
