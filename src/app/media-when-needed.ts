import type { FfmpegMediaTool } from '#adapters/ffmpeg/create-media-tool.ts'
import type { Config } from '#config/config.ts'
import { mediaToolSettings } from './media-tool-settings.ts'

/** The media tool only when it is needed: looking for ffmpeg takes longer than many a download. */
export function mediaWhenNeeded(config: Config) {
  const events = { emit: () => {} }
  const find = async () => {
    const { createMediaTool } = await import('#adapters/ffmpeg/create-media-tool.ts')
    return createMediaTool({ ...mediaToolSettings(config), maxBlobBytes: config.media.maxChunkBytes, events })
  }
  let tool: Promise<FfmpegMediaTool> | null = null
  const media = () => {
    tool ??= find()
    return tool
  }
  return { events, media }
}
