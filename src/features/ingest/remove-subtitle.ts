import { TrackNotFoundError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import { type AmendPorts, amendVideo } from './amend-video.ts'

/** Takes a subtitle track away. Its bytes stay in their pack until the video goes: packs are never rewritten. */
export async function removeSubtitle(
  videoId: VideoId,
  name: string,
  ports: AmendPorts,
  signal: AbortSignal,
): Promise<void> {
  const track = (await ports.catalog.tracks(videoId)).find((each) => each.name === name && each.kind === 'subtitles')
  if (!track) throw new TrackNotFoundError(`The video has no subtitle track ${name}.`)
  await amendVideo(
    videoId,
    ports,
    async () => {
      const attachments = await ports.catalog.attachments(videoId)
      for (const each of attachments)
        if (each.trackName === name) await ports.catalog.removeAttachment(videoId, each.name)
      await ports.catalog.removeTrack(track.id)
    },
    signal,
  )
}
