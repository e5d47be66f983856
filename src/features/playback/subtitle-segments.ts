import { MEDIA_ORIGIN_SEC } from '#domain/ingest-plan.ts'
import type { Attachment, SegmentIndex } from '#domain/video.ts'
import { formatSrt } from '#lib/webvtt/format-srt.ts'
import { parseWebVtt } from '#lib/webvtt/parse-web-vtt.ts'
import { segmentWebVtt } from '#lib/webvtt/segment-web-vtt.ts'
import type { SubtitleCue } from '#lib/webvtt/subtitle-cue.ts'
import { subtitleGrid } from './media-playlist.ts'
import type { PlayableVideo } from './playable-video.ts'

type ReadAttachment = (attachment: Attachment) => Promise<Uint8Array>

/** About 30 MB; a film has one or two thousand, a typeset one some ten thousand. */
const MAX_CUES_KEPT = 150_000
const PTS_PER_SECOND = 90_000

interface Entry {
  readonly loading: Promise<readonly SubtitleCue[]>
  cues: number
}

/** Cuts subtitle segments out of the one WebVTT file that is stored of a track, when they are asked for. */
export class SubtitleSegments {
  readonly #read: ReadAttachment
  /** By the hash of the file; the least recently used first. */
  readonly #files = new Map<string, Entry>()

  constructor(read: ReadAttachment) {
    this.#read = read
  }

  /** A WebVTT segment on the grid of the picture, with every cue that is visible in it; null when there is none such. */
  async segment(video: PlayableVideo, trackName: string, index: SegmentIndex): Promise<string | null> {
    const found = video.subtitles.find(({ track }) => track.name === trackName)
    const span = subtitleGrid(video)?.find((segment) => segment.index === index)
    if (!found || !span) return null
    const { startSec, durationSec } = span
    const mpegTs = MEDIA_ORIGIN_SEC * PTS_PER_SECOND
    return segmentWebVtt(await this.#cues(found.webvtt), { startSec, durationSec, mpegTs })
  }

  /** The cues as SubRip, for players and people that want a file. */
  async asSubRip(webvtt: Attachment): Promise<string> {
    return formatSrt(await this.#cues(webvtt))
  }

  #cues(webvtt: Attachment): Promise<readonly SubtitleCue[]> {
    const key = webvtt.slices.map(({ sha256 }) => sha256).join()
    const known = this.#files.get(key)
    const entry = known ?? { loading: this.#load(webvtt), cues: 0 }
    this.#files.delete(key)
    this.#files.set(key, entry)
    if (!known) {
      entry.loading.then(
        ({ length }) => this.#makeRoom(entry, length),
        () => this.#files.delete(key),
      )
    }
    return entry.loading
  }

  async #load(webvtt: Attachment): Promise<readonly SubtitleCue[]> {
    return [...parseWebVtt(new TextDecoder().decode(await this.#read(webvtt)))]
  }

  #makeRoom(newest: Entry, cues: number): void {
    newest.cues = cues
    let kept = [...this.#files.values()].reduce((sum, entry) => sum + entry.cues, 0)
    for (const [key, entry] of this.#files) {
      if (kept <= MAX_CUES_KEPT || entry === newest) break
      this.#files.delete(key)
      kept -= entry.cues
    }
  }
}
