import { createHash, randomBytes } from 'node:crypto'
import type { BlobRef, BlobStore } from '#domain/blob-store.ts'
import { BlobNotFoundError, VideoNotFoundError } from '#domain/errors.ts'
import { type PackId, trackIdOf, type VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { SegmentCache } from '#domain/segment-cache.ts'
import type { Attachment, Pack, Segment, SegmentIndex, Slice, Track, Video } from '#domain/video.ts'
import type { PlaybackPorts } from './playback.ts'

export const FILM_ID = 'film000000000001' as VideoId

const AAC = { kind: 'audio', codec: 'aac', codecs: 'mp4a.40.2', channels: 2, sampleRate: 48_000 } as const

/** A film of random bytes in one pack, with the rows that a catalog would hold of it, to be changed by tests. */
export class TestFilm {
  video: Video = {
    id: FILM_ID,
    title: 'Ein Film',
    originalFilename: 'film.mkv',
    state: 'ready',
    failure: null,
    durationSec: 40,
    container: 'matroska',
    byteLength: 1_000_000,
    chapters: [],
    statistics: null,
    notes: [],
    createdAt: new Date(0),
    updatedAt: new Date(0),
  }
  plan: Pick<IngestPlan, 'targetDurationSec' | 'packaging'> | null = { targetDurationSec: 7, packaging: 'fmp4' }
  tracks: Track[] = []
  segments: Segment[] = []
  attachments: Attachment[] = []
  pack: Pack = {
    id: 'p0' as PackId,
    videoId: FILM_ID,
    position: 0,
    state: 'stored',
    ref: 'disk:p0',
    byteLength: 0,
    digest: null,
  }
  bytes = new Uint8Array(64)
  storeReads = 0
  /** Called before each chunk that the store gives. */
  beforeChunk: () => Promise<void> | void = () => undefined

  addTrack(name: string, facts: Partial<Track> = {}): Track {
    const track: Track = {
      id: trackIdOf(FILM_ID, name),
      videoId: FILM_ID,
      name,
      kind: 'video',
      streamIndex: this.tracks.length,
      action: 'copy',
      reason: '',
      codec: 'h264',
      codecs: 'avc1.640028',
      bandwidth: 4_000_000,
      averageBandwidth: 3_000_000,
      language: 'und',
      title: null,
      isDefault: false,
      forced: false,
      hearingImpaired: false,
      width: null,
      height: null,
      frameRate: null,
      videoRange: null,
      channels: null,
      sampleRate: null,
      ...facts,
    }
    this.tracks.push(track)
    return track
  }

  addVideo(facts: Partial<Track> = {}): Track {
    return this.addTrack('v0', { width: 1920, height: 800, frameRate: 23.976, videoRange: 'SDR', ...facts })
  }

  addAudio(name: string, language: string, facts: Partial<Track> = {}): Track {
    return this.addTrack(name, { ...AAC, language, bandwidth: 180_000, averageBandwidth: 160_000, ...facts })
  }

  addSubtitles(name: string, language: string, webvtt: string, facts: Partial<Track> = {}): Track {
    const sort = { kind: 'subtitles', codec: 'subrip', codecs: '', bandwidth: 0, averageBandwidth: 0 } as const
    const track = this.addTrack(name, { ...sort, language, ...facts })
    this.attach({ name: `${name}.vtt`, kind: 'subtitle', trackName: name, mediaType: 'text/vtt' }, webvtt)
    return track
  }

  /** An init segment and `count` segments of 6 s with random bytes. */
  addSegments(track: Track, count: number, byteLength = 2000): void {
    const next = this.segments.filter(({ trackId, index }) => trackId === track.id && index !== 'init').length
    if (next === 0) this.addSegment(track, 'init', 700)
    for (let index = next; index < next + count; index++) this.addSegment(track, index, byteLength)
  }

  addSegment(track: Track, index: SegmentIndex, byteLength: number): Segment {
    const times = index === 'init' ? { startSec: 0, durationSec: 0 } : { startSec: index * 6, durationSec: 6 }
    const slices = [this.store(randomBytes(byteLength))]
    const segment = { trackId: track.id, index, ...times, byteLength, slices, reencoded: false }
    this.segments.push(segment)
    return segment
  }

  attach(facts: Pick<Attachment, 'name' | 'kind' | 'trackName' | 'mediaType'>, content: string | Uint8Array): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    this.attachments.push({ ...facts, videoId: FILM_ID, slices: [this.store(bytes)], byteLength: bytes.byteLength })
  }

  store(bytes: Uint8Array): Slice {
    const offset = this.bytes.byteLength
    this.bytes = Buffer.concat([this.bytes, bytes])
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    return { packId: this.pack.id, offset, length: bytes.byteLength, sha256 }
  }

  bytesOf({ slices }: Pick<Segment, 'slices'>): Buffer {
    return Buffer.concat(slices.map(({ offset, length }) => this.bytes.subarray(offset, offset + length)))
  }
}

/** The ports of playback over one film in memory. */
export function portsOf(film: TestFilm): PlaybackPorts {
  const own = async <T>(id: VideoId, value: () => T): Promise<T> => {
    if (id !== FILM_ID || film.video.state === 'deleting') throw new VideoNotFoundError(`There is no video ${id}.`)
    return value()
  }
  const blobs: Pick<BlobStore, 'get' | 'limits'> = {
    limits: { maxBytes: 20_000_000, parallelPuts: 1 },
    async get(ref: BlobRef, { range, signal } = {}) {
      if (ref !== film.pack.ref || !range) throw new BlobNotFoundError(ref)
      film.storeReads++
      return (async function* () {
        for (let at = range.first; at <= range.last; at += 65_536) {
          await film.beforeChunk()
          signal?.throwIfAborted()
          yield film.bytes.subarray(at, Math.min(range.last + 1, at + 65_536))
        }
      })()
    },
  }
  return {
    catalog: {
      video: (id) => own(id, () => film.video),
      plan: (id) => own(id, () => film.plan as IngestPlan | null),
      tracks: (id) => own(id, () => film.tracks),
      segments: async (id) => film.segments.filter(({ trackId }) => trackId === id),
      attachments: (id) => own(id, () => film.attachments),
      pack: async () => film.pack,
      videos: async () => ({ videos: [film.video], total: 1 }),
    },
    blobs,
    work: { readPack: (_id, _position, range, options) => blobs.get('disk:p0', { range, ...options }) },
    cache: unboundedCache(),
    events: { emit: () => undefined },
    newSha256: () => createHash('sha256'),
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
  }
}

/** Keeps everything, in memory. */
export function unboundedCache(): SegmentCache & { readonly entries: Map<string, Uint8Array> } {
  const entries = new Map<string, Uint8Array>()
  return {
    entries,
    get: (key) => entries.get(key),
    load: async () => undefined,
    has: (key) => entries.has(key),
    set: (key, { bytes }) => entries.set(key, bytes) === entries,
    async clear() {
      const removed = { removedItems: entries.size, removedBytes: 0 }
      entries.clear()
      return removed
    },
    tiers: () => [{ kind: 'memory', bytes: 0, maxBytes: 0, items: entries.size, evictions: 0, damaged: 0 }],
  }
}

/** Picture and two voices; what is played together lies together, as the ingest does it. */
export function longFilm(segments = 30): TestFilm {
  const film = new TestFilm()
  film.addVideo()
  film.addAudio('a0', 'en', { isDefault: true })
  film.addAudio('a1', 'de')
  for (const track of film.tracks) film.addSegment(track, 'init', 100)
  for (let index = 0; index < segments; index++) for (const track of film.tracks) film.addSegment(track, index, 1000)
  return film
}

/** `v0:3`: what lies at this byte of the pack. */
export function nameAt(film: TestFilm, offset: number): string {
  const found = film.segments.find(({ slices }) => slices.some((slice) => slice.offset === offset))
  return found ? `${found.trackId.split('-').at(-1)?.slice(-2)}:${found.index}` : `byte ${offset}`
}
