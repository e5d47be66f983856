import type { MediaToolSettings } from '#adapters/ffmpeg/create-media-tool.ts'
import type { Config } from '#config/config.ts'
import { scratchFolder } from './folders.ts'

/** What the configuration says of ffmpeg. */
export function mediaToolSettings({
  media,
  searchPath,
  dataDir,
}: Config): Omit<MediaToolSettings, 'maxBlobBytes' | 'events'> {
  return {
    ffmpegPath: media.ffmpegPath,
    ffprobePath: media.ffprobePath,
    hardwareAccel: media.hardwareAccel,
    ...(media.ffmpegThreads && { threads: media.ffmpegThreads }),
    searchPath,
    workDir: scratchFolder(dataDir),
  }
}
