import type { VideoId } from '#domain/ids.ts'

/** One slice in the folder of the cache: `<video>/<sha256>-<length>`. The name says all that the index has to know. */
export interface CachedFile {
  readonly videoId: VideoId
  /** Hex. */
  readonly sha256: string
  readonly length: number
}

const VIDEO = /^[A-Za-z0-9_-]{8,32}$/
const FILE = /^([0-9a-f]{64})-(\d{1,15})$/

/** With `/` between folder and name, also on Windows: it stands in the index. */
export function formatCachedFile({ videoId, sha256, length }: CachedFile): string {
  return `${videoId}/${sha256}-${length}`
}

/** Null for what is not ours. */
export function parseCachedFile(path: string): CachedFile | null {
  const [video = '', name = '', more] = path.split('/')
  const match = FILE.exec(name)
  if (more !== undefined || !VIDEO.test(video) || !match?.[1]) return null
  return { videoId: video as VideoId, sha256: match[1], length: Number(match[2]) }
}

/** Whether a folder of this name holds slices. */
export function isVideoFolder(name: string): boolean {
  return VIDEO.test(name)
}
