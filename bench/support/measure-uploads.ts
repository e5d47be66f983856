import { setTimeout as sleep } from 'node:timers/promises'
import type { JournalCall } from '#test/support/telegram/journal.ts'
import { REAL_RATES } from '#test/support/telegram/rates.ts'
import { clear } from './clear.ts'
import { makeDataDir, startServer } from '#test/support/start-server.ts'
import { bareUploadSec } from './bare-upload.ts'
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
/** Makes the library known to its channels, which is done once. */
const FIRST_FILM_BYTES = 1
/** Until all buckets are full again after that. */
const REST_MS = 30_000
/** Messages that a rested bot may send at once. */
const BURST = REAL_RATES.chat?.burst ?? 0
/** As `LaneTuning.inFlight.send`. */
const SENDS_AT_ONCE = 4

interface Run {
  readonly bots: number
  readonly blobBytes: number
}

interface Upload extends TimedUpload {
  /** From the first byte of the first blob to the answer to the last one, as Telegram saw it. */
  readonly sendingSec: number
  /** By how much messages with a file that are not of the film have become more: snapshots replace one another. */
  readonly otherMessages: number
  readonly leastSec: number
  readonly messages: number
  readonly leastMessages: number
  readonly early: number
  readonly sha256: string
  /** As few files of the same bytes by curl; null where bots would have to wait for their next message. */
  readonly bareSec: number | null
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
    const sending = withUnit(upload.sendingSec, 's')
    add({ name: `${name}: sending alone`, ours: sending, limit, ratio: upload.sendingSec / leastSec, allowed: null })
    if (upload.bareSec !== null) {
      const bare = withUnit(upload.bareSec, 's')
      add({ name: `${name}: the same by curl`, ours: bare, limit, ratio: upload.bareSec / leastSec, allowed: null })
    }
    const busy = withUnit(upload.processorSec, 's')
    const others = `${upload.otherMessages} more messages of the catalog`
    console.log(
      `${name}: command ${withUnit(commandSec, 's')}, processor ${busy}, early calls ${early}, ${others}, bytes identical`,
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
    return await hashIn(dataDir, env, videoId)
  } finally {
    await clear(dataDir)
  }
}

async function hashIn(dataDir: string, env: Readonly<Record<string, string>>, videoId: string): Promise<string> {
  await using server = await startServer({ dataDir, env })
  return await hashOfSegments(server, videoId)
}

async function uploadOnce(film: string, { bots, blobBytes }: Run): Promise<Upload> {
  await using emulator = await startEmulator(bots)
  const dataDir = await makeDataDir()
  const env = { ...emulator.env, MAX_CHUNK_SIZE: `${blobBytes}` }
  try {
    await timedUpload(await filmOf('mp4', FIRST_FILM_BYTES), dataDir, env)
    await sleep(REST_MS)
    await emulator.clearJournal()
    const before = (await emulator.captions()).length
    const upload = await timedUpload(film, dataDir, env)
    const captions = await emulator.captions()
    const messages = captions.filter((caption) => caption.includes(` ${upload.videoId}/`)).length
    const sent = (await emulator.calls('sendDocument')).filter(({ status, bytesIn }) => status === 200 && bytesIn > 1e5)
    const least = Math.ceil(upload.storedBytes / blobBytes)
    // Full ones, and the rest of the film.
    const blobSizes = leastSizes(sent, least)
    const facts = {
      leastSec: leastUploadSec({ bots, blobSizes, inFlight: SENDS_AT_ONCE, line: REAL_LINE }),
      sendingSec: (Math.max(...sent.map(({ endedMs = 0 }) => endedMs)) - Math.min(...sent.map(startOf))) / 1000,
      messages,
      otherMessages: captions.length - before - messages,
      leastMessages: least,
      early: await emulator.earlyCalls(),
    }
    const sha256 = await hashIn(dataDir, env, upload.videoId)
    if (least > bots * BURST) return { ...upload, ...facts, sha256, bareSec: null }
    await sleep(REST_MS)
    return { ...upload, ...facts, sha256, bareSec: await bareUploadSec(emulator, blobSizes) }
  } finally {
    await clear(dataDir)
  }
}

function startOf({ arrivedMs }: JournalCall): number {
  return arrivedMs
}

/** The same bytes in as few messages as possible: all but the last as large as the largest. */
function leastSizes(sent: readonly JournalCall[], count: number): number[] {
  const sizes = sent.map(({ bytesIn }) => bytesIn)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const full = Math.max(...sizes)
  const rest = Math.max(0, total - full * (count - 1))
  return [...Array.from({ length: count - 1 }, () => full), rest]
}
