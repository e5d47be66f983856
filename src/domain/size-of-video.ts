import type { Video } from './video.ts'

/** How large a video is, in bytes: its source; of a recorded stream, which is no file, what was stored of it; 0 while unknown. */
export function sizeOfVideo({ byteLength, statistics }: Pick<Video, 'byteLength' | 'statistics'>): number {
  return byteLength > 0 ? byteLength : (statistics?.totalBytes ?? 0)
}
