import type { Attachment, SegmentIndex } from '#domain/video.ts'
import type { PlayableVideo } from './playable-video.ts'

export class SubtitleSegments {
  constructor(readBytes: (attachment: Attachment, signal?: AbortSignal) => Promise<Uint8Array>) {
    void readBytes
  }

  async segment(_video: PlayableVideo, _trackName: string, _index: SegmentIndex): Promise<string | null> {
    return null
  }

  async asSubRip(_attachment: Attachment): Promise<string> {
    return ''
  }
}
