import type { VideoId } from '#domain/ids.ts'
import { type AmendPorts, amendVideo } from './amend-video.ts'

/** Gives the video another title. A video that is still being prepared takes it into its manifest at the end. */
export async function renameVideo(
  videoId: VideoId,
  title: string,
  ports: AmendPorts,
  signal: AbortSignal,
): Promise<void> {
  await ports.catalog.updateVideo(videoId, { title })
  if ((await ports.catalog.video(videoId)).state === 'ready') await amendVideo(videoId, ports, async () => {}, signal)
}
