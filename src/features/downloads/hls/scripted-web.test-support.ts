import { FROM_START, NO_IDENTITY, PLAIN_CHOICE, type DownloadRequest } from '#domain/download.ts'
import { RemoteRefusedError } from '#domain/errors.ts'
import type { RecordedSegment } from '#domain/recording.ts'
import type { Web, WebText } from '#domain/web.ts'
import type { Pace } from './pace.ts'
import { planStream } from './plan-stream.ts'
import type { SegmentWish, StreamPlan } from './segment-wish.ts'

type TextRequest = Parameters<Web['text']>[0]

/** Text, or text from another address, or a failure. */
export type Reply = string | { readonly text: string; readonly url: string } | Error

/** A way out that knows only texts; `asked` is every address in order. */
export interface ScriptedWeb extends Web {
  readonly asked: string[]
  readonly requests: TextRequest[]
}

export function scriptedWeb(reply: Record<string, Reply | (() => Reply)> | ((url: string) => Reply)): ScriptedWeb {
  const asked: string[] = []
  const requests: TextRequest[] = []
  return {
    asked,
    requests,
    async open() {
      throw new Error('planning opens no segment')
    },
    async text(request, signal): Promise<WebText> {
      signal.throwIfAborted()
      asked.push(request.url)
      requests.push(request)
      const found = typeof reply === 'function' ? reply : () => answerOf(reply[request.url])
      const answer = found(request.url)
      if (answer instanceof Error) throw answer
      const { text, url } = typeof answer === 'string' ? { text: answer, url: request.url } : answer
      return { text, url, contentType: 'application/vnd.apple.mpegurl' }
    },
  }
}

function answerOf(reply: Reply | (() => Reply) | undefined): Reply {
  if (reply === undefined) return new RemoteRefusedError('The server answered with status 404.', 404)
  return typeof reply === 'function' ? reply() : reply
}

/** Time that jumps to the next thing somebody waits for, as soon as nothing else is to do. */
export class JumpingPace implements Pace {
  readonly #timers: { readonly dueMs: number; readonly fire: () => void }[] = []
  #nowMs = 1000
  #pumping = false

  now(): number {
    return this.#nowMs
  }

  random(): number {
    return 0
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    this.at(this.#nowMs + ms, resolve)
    return promise
  }

  at(dueMs: number, fire: () => void): void {
    this.#timers.push({ dueMs, fire })
    if (!this.#pumping) setImmediate(() => this.#pump())
    this.#pumping = true
  }

  #pump(): void {
    this.#timers.sort((a, b) => a.dueMs - b.dueMs)
    const next = this.#timers.shift()
    this.#pumping = this.#timers.length > 0
    if (!next) return
    this.#nowMs = Math.max(this.#nowMs, next.dueMs)
    next.fire()
    if (this.#pumping) setImmediate(() => this.#pump())
  }
}

export const HERE = 'https://cdn.example/show/index.m3u8'
export const NEVER = new AbortController().signal

export function request(wishes: Partial<DownloadRequest> = {}): DownloadRequest {
  return {
    ...{ url: HERE, target: 'file', choice: PLAIN_CHOICE, identity: NO_IDENTITY, allowGaps: false, live: FROM_START },
    ...wishes,
  }
}

export function textAt(text: string, url = HERE): WebText {
  return { text, url, contentType: null }
}

/** A complete playlist: each row is `tags… name`, of 6 seconds. */
export function vod(rows: readonly string[], head: readonly string[] = []): string {
  const lines = rows.flatMap((row) => {
    const parts = row.split(' ')
    return [...parts.slice(0, -1).map((tag) => `#${tag}`), '#EXTINF:6,', parts.at(-1) as string]
  })
  return ['#EXTM3U', '#EXT-X-TARGETDURATION:6', ...head, ...lines, '#EXT-X-ENDLIST', ''].join('\n')
}

/** A live playlist of segments `first` to `last`. */
export function live(
  first: number,
  last: number,
  { nameOf = (msn: number) => `s${msn}.ts`, head = [] as readonly string[], end = false } = {},
): string {
  const rows = Array.from({ length: last - first + 1 }, (_, index) => `#EXTINF:6,\n${nameOf(first + index)}`)
  const lines = ['#EXTM3U', '#EXT-X-TARGETDURATION:6', `#EXT-X-MEDIA-SEQUENCE:${first}`, ...head, ...rows]
  return [...lines, ...(end ? ['#EXT-X-ENDLIST'] : []), ''].join('\n')
}

export async function all(wishes: AsyncIterable<SegmentWish>): Promise<SegmentWish[]> {
  const list: SegmentWish[] = []
  for await (const wish of wishes) list.push(wish)
  return list
}

/** As the recording holds it when the segment is there. */
function recordedOf(wish: SegmentWish): RecordedSegment {
  const { rendition, position, msn, period, durationSec, uriPath, gap } = wish
  const file = gap === null ? `${rendition}-${position}` : null
  return { rendition, position, msn, period, durationSec, init: null, file, byteLength: 1, sha256: '', gap, uriPath }
}

export function recordings(wishes: readonly SegmentWish[]): Map<string, RecordedSegment[]> {
  return Map.groupBy(wishes.map(recordedOf), ({ rendition }) => rendition)
}

export function signals(signal: AbortSignal = NEVER, finishing: AbortSignal = NEVER) {
  return { signal, finishing }
}

interface PlanOptions {
  readonly web?: ScriptedWeb
  readonly url?: string
  readonly wishes?: Partial<DownloadRequest>
}

/** The plan for a playlist that was just fetched; nothing else answers unless `web` does. */
export async function plan(
  text: string,
  { web = scriptedWeb({}), url, wishes }: PlanOptions = {},
): Promise<StreamPlan> {
  return planStream(textAt(text, url), request(wishes), web, NEVER, { pace: new JumpingPace() })
}

export async function wishesOf(
  text: string,
  options: PlanOptions = {},
  recorded = new Map<string, RecordedSegment[]>(),
) {
  return all((await plan(text, options)).wishes(recorded, signals()))
}
