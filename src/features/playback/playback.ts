import type { VideoId } from '#domain/ids.ts'
import type { Attachment } from '#domain/video.ts'
import type { PlaybackCatalog } from './playable-video.ts'
import { PlayableVideos } from './playable-videos.ts'
import { SliceReader, type SliceReaderLimits, type SliceReaderPorts } from './slice-reader.ts'
import { SubtitleSegments } from './subtitle-segments.ts'

export interface PlaybackPorts extends Omit<SliceReaderPorts, 'catalog'> {
  readonly catalog: PlaybackCatalog & SliceReaderPorts['catalog']
  readonly nowMs: () => number
}

/** Everything a player needs: what may be played now, and the bytes of it. */
export class Playback {
  readonly videos: PlayableVideos
  readonly slices: SliceReader
  readonly subtitles: SubtitleSegments

  constructor(ports: PlaybackPorts, limits?: SliceReaderLimits) {
    this.videos = new PlayableVideos(ports)
    this.slices = new SliceReader(ports, limits)
    this.subtitles = new SubtitleSegments((attachment) => this.attachmentBytes(attachment))
  }

  /** To be called for every event that tells of a change of this video, so that players see it at once. */
  changed(id: VideoId): void {
    this.videos.forget(id)
  }

  /** A whole attachment, proved by its hash. Meant for small files: posters, subtitles. */
  async attachmentBytes({ slices, byteLength }: Attachment, signal?: AbortSignal): Promise<Uint8Array> {
    const bytes = new Uint8Array(byteLength)
    let at = 0
    for await (const chunk of this.slices.read(slices, { signal })) {
      bytes.set(chunk, at)
      at += chunk.byteLength
    }
    return bytes
  }
}
