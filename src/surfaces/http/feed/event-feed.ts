import { shortSeconds } from '#domain/short-seconds.ts'
import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { ProductEvent } from '#domain/events.ts'
import type { VideoId } from '#domain/ids.ts'
import { isJobOf, type Job } from '#domain/job-queue.ts'
import type { FeedMessage } from '../contract/event.ts'
import { presentDownload } from '../present/present-download.ts'
import { presentJob } from '../present/present-job.ts'
import { type PresentPorts, presentVideoSummary } from '../present/present-video.ts'
import { FeedRing } from './feed-ring.ts'
import { Throttle } from './throttle.ts'

/** What a reader may have missed; about five minutes of a busy server. */
const KEPT_MESSAGES = 1000
/** At most 4 updates a second per row. */
const ROW_INTERVAL_MS = 250
/** Keeps proxies from closing a silent connection (they commonly wait 60 s), and lets a page tell a dead one from it. */
const PING_MS = 15_000
/** Without an id: what a reader has seen stays what it was. */
const PING = `data: ${JSON.stringify({ kind: 'ping' } satisfies FeedMessage)}\n\n`
/** A reader that lets so much pile up has gone to sleep; it comes back with Last-Event-ID. */
const MAX_BACKLOG_BYTES = 1_000_000

/** Tells every open page what happens, as Server-Sent Events. */
export class EventFeed {
  readonly #ports: PresentPorts
  readonly #ring = new FeedRing(randomBytes(6).toString('hex'), KEPT_MESSAGES)
  readonly #readers = new Set<ServerResponse>()
  readonly #throttle = new Throttle(ROW_INTERVAL_MS)
  readonly #ping: NodeJS.Timeout

  constructor(ports: PresentPorts) {
    this.#ports = ports
    this.#ping = setInterval(() => this.#write(PING), PING_MS)
    this.#ping.unref()
  }

  get readers(): number {
    return this.#readers.size
  }

  /** Sends what was missed since `lastEventId`, then all that happens until the reader leaves. */
  join(response: ServerResponse, lastEventId: string | undefined): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // nginx would collect the stream otherwise.
      'x-accel-buffering': 'no',
    })
    const missed = this.#ring.since(lastEventId)
    const reset: FeedMessage = { kind: 'reset' }
    response.write(`retry: 1000\n\n${missed ? missed.join('') : this.#ring.aside(JSON.stringify(reset))}`)
    this.#readers.add(response)
    response.once('close', () => this.#readers.delete(response))
  }

  /** To be called for every product event. */
  hear(event: ProductEvent): void {
    if (event.kind === 'video-changed') {
      this.#throttle.run(`video ${event.videoId}`, () => this.#tellVideo(event.videoId))
    } else if (event.kind === 'video-removed') {
      this.#throttle.cancel(`video ${event.videoId}`)
      this.#tell(event)
    } else if (event.kind === 'job-changed') {
      this.#throttle.run(`job ${event.job.id}`, () => this.#tell(messageOf(event.job)))
    } else if (event.kind === 'job-removed') {
      this.#throttle.cancel(`job ${event.jobId}`)
      this.#tell(event)
    } else if (event.kind === 'segments-added') {
      const { videoId, playableSec } = event
      this.#throttle.run(`playable ${videoId}`, () => this.#tell({ kind: 'playable', videoId, playableSec }))
    } else {
      // Fields may hold paths and the like: those are for the log.
      this.#tell({ kind: 'note', level: event.level, message: event.message })
    }
  }

  close(): void {
    clearInterval(this.#ping)
    this.#throttle.close()
    for (const response of this.#readers) response.end()
  }

  async #tellVideo(id: VideoId): Promise<void> {
    try {
      this.#tell({ kind: 'video', video: await presentVideoSummary(id, this.#ports) })
    } catch {
      // Removed meanwhile: the event for that is on its way.
    }
  }

  #tell(message: FeedMessage): void {
    this.#write(this.#ring.add(JSON.stringify(message, shortSeconds)))
  }

  #write(text: string): void {
    for (const response of this.#readers) {
      if (response.writableLength > MAX_BACKLOG_BYTES) response.destroy()
      else response.write(text)
    }
  }
}

function messageOf(job: Job): FeedMessage {
  if (isJobOf('download', job)) return { kind: 'download', download: presentDownload(job) }
  return { kind: 'job', job: presentJob(job) }
}
