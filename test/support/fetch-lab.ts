import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiskRecordings } from '#adapters/disk/disk-recordings.ts'
import { DiskResultFiles } from '#adapters/disk/disk-result-files.ts'
import { createWeb } from '#adapters/web-fetch/create-web.ts'
import { type DownloadRequest, FROM_START, NO_IDENTITY, PLAIN_CHOICE } from '#domain/download.ts'
import type { JobProgress } from '#domain/job-queue.ts'
import type { FetchPorts } from '#features/downloads/fetch/fetch-ports.ts'
import type { FetchSettings } from '#features/downloads/fetch/fetch-settings.ts'
import { fetchStream, type FetchStreamOptions } from '#features/downloads/fetch/fetch-stream.ts'
import { joinRecording } from '#features/downloads/fetch/join-recording.ts'
import { planStream } from '#features/downloads/hls/plan-stream.ts'
import { aes128CbcDecipher } from '#lib/segment-bytes/aes-128-cbc.ts'
import { GzipInflater } from '#lib/segment-bytes/gzip-inflater.ts'
import { type Origin, startOrigin } from '#test/support/origin/start-origin.ts'

/** Patience that tests can bear. */
export const QUICK: Partial<FetchSettings> = { firstWaitMs: 5, longestWaitMs: 40, longestRetryAfterMs: 3000 }

/** Real sockets, real files: an origin, a way out that may go to it, a folder. */
export async function openFetchLab(options: { readonly folder?: string; readonly origin?: Origin } = {}) {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'telereel-fetch-')))
  const origin = options.origin ?? (await startOrigin())
  const web = webTo(origin.hostPort)
  return {
    folder,
    origin,
    web,
    recordings: new DiskRecordings(folder),
    async [Symbol.asyncDispose]() {
      await web[Symbol.asyncDispose]()
      if (!options.origin) await origin[Symbol.asyncDispose]()
      if (!options.folder) await rm(folder, { recursive: true, force: true })
    },
  }
}

export type FetchLab = Awaited<ReturnType<typeof openFetchLab>>

export function webTo(hostPort: string) {
  const [host = '', port = ''] = hostPort.split(':')
  return createWeb({
    allowHosts: [{ host, port: Number(port) }],
    pool: { maxConnections: 64, maxKeepAlive: 32, dnsTtlSec: 60, timeoutSec: 1, connectTimeoutSec: 1 },
    playlistCache: { enabled: true, ttlSec: 60, maxBytes: 1_000_000 },
    rate: { stallMs: 300, minBytesPerSec: 1024, windowMs: 1000 },
  })
}

export interface DownloadOptions extends Partial<Omit<FetchStreamOptions, 'report'>> {
  readonly governor?: FetchPorts['governor']
  readonly id?: string
}

export const NEVER = new AbortController().signal

/** The whole way: the playlist is planned, fetched, and joined meanwhile. */
export async function downloadStream(lab: FetchLab, url: string, options: DownloadOptions = {}) {
  const { id = 'download', governor = { connections: 32, onChange: () => () => {} }, ...fetching } = options
  const signal = options.signal ?? NEVER
  const log: string[] = []
  const reports: JobProgress[] = []
  const plan = await planStream(await lab.web.text({ url }, signal), requestOf(url), lab.web, signal)
  await using recording = await lab.recordings.open(id)
  await using followed = await lab.recordings.follow(recording.path)
  const stop = new AbortController()
  const path = join(lab.folder, `${id}.joined`)
  const joining = joinRecording(followed, new DiskResultFiles(), {
    path,
    signal: AbortSignal.any([signal, stop.signal]),
  })
  joining.catch(() => {})
  try {
    const gaps = await fetchStream(
      plan,
      recording,
      {
        web: lab.web,
        governor,
        newDecipher: aes128CbcDecipher,
        newInflater: (maxBytes) => new GzipInflater(maxBytes),
        log: ({ text }) => log.push(text),
      },
      {
        allowGaps: false,
        signal,
        finishing: NEVER,
        ...fetching,
        settings: { ...QUICK, ...fetching.settings },
        report: (progress) => reports.push(progress),
      },
    )
    return { gaps, log, reports, path, joined: await joining, segments: new Map(recording.segments) }
  } finally {
    stop.abort(new Error('The download has failed.'))
    await joining.catch(() => {})
  }
}

function requestOf(url: string): DownloadRequest {
  return {
    url,
    target: 'file',
    container: 'original',
    choice: PLAIN_CHOICE,
    identity: NO_IDENTITY,
    allowGaps: false,
    live: FROM_START,
  }
}
