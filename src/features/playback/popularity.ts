import type { VideoId } from '#domain/ids.ts'

/** Where a few lines of text survive restarts. */
export interface SmallText {
  /** Null when nothing was saved. */
  load(): Promise<string | null>
  save(text: string): Promise<void>
}

interface Score {
  readonly views: number
  /** Wall clock. */
  readonly atMs: number
}

/** A view counts half after a week. */
const HALF_LIFE_MS = 7 * 24 * 3_600_000
const MAX_VIDEOS = 1000

/** How much videos are watched: sessions begun, the recent ones counting more. */
export class Popularity {
  readonly #nowMs: () => number
  readonly #scores = new Map<VideoId, Score>()
  #isSaved = true

  /** `nowMs` is the wall clock. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  viewed(id: VideoId): void {
    this.#scores.set(id, { views: this.scoreOf(id) + 1, atMs: this.#nowMs() })
    this.#isSaved = false
  }

  /** 0 for what nobody watched lately. */
  scoreOf(id: VideoId): number {
    const score = this.#scores.get(id)
    // A clock that was set back makes nothing more popular.
    return score ? score.views * 0.5 ** (Math.max(0, this.#nowMs() - score.atMs) / HALF_LIFE_MS) : 0
  }

  forget(id: VideoId): void {
    if (this.#scores.delete(id)) this.#isSaved = false
  }

  /** Takes over what an earlier run saved; what cannot be read is as if it were not there. */
  async load(text: SmallText): Promise<void> {
    const saved = parsed((await text.load()) ?? '[]')
    for (const row of Array.isArray(saved) ? saved.slice(0, MAX_VIDEOS) : []) {
      const [id, views, atMs] = Array.isArray(row) ? row : []
      const isRight = typeof id === 'string' && Number.isFinite(views) && views > 0 && Number.isFinite(atMs)
      if (isRight && !this.#scores.has(id as VideoId)) this.#scores.set(id as VideoId, { views, atMs })
    }
  }

  /** Saves the most popular ones when something changed. */
  async save(text: SmallText): Promise<void> {
    if (this.#isSaved) return
    this.#isSaved = true
    const ranked = [...this.#scores.keys()].sort((one, other) => this.scoreOf(other) - this.scoreOf(one))
    for (const id of ranked.splice(MAX_VIDEOS)) this.#scores.delete(id)
    await text.save(JSON.stringify(ranked.map((id) => [id, this.#scores.get(id)?.views, this.#scores.get(id)?.atMs])))
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
