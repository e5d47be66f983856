import type { VideoId } from '#domain/ids.ts'
import type { ExtractedSubtitle } from '#domain/media-tool.ts'
import type { Track } from '#domain/video.ts'
import { type AmendPorts, amendVideo } from './amend-video.ts'
import { subtitleTrack } from './subtitle-track.ts'
import { writeSubtitle } from './write-subtitle.ts'

/** A subtitle file somebody adds to a finished video. */
export interface SidecarSubtitle
  extends Pick<Track, 'language' | 'title' | 'isDefault' | 'forced' | 'hearingImpaired'> {
  readonly original: ExtractedSubtitle['original'] & { readonly format: 'srt' | 'ass' | 'vtt' }
  readonly webvtt: Uint8Array
}

const CODECS = { srt: 'subrip', ass: 'ass', vtt: 'webvtt' } as const

/** Adds the file as one more subtitle track and resolves with the track's name. */
export async function addSubtitle(
  videoId: VideoId,
  { original, webvtt, ...labels }: SidecarSubtitle,
  ports: AmendPorts,
  signal: AbortSignal,
): Promise<string> {
  const taken = new Set((await ports.catalog.tracks(videoId)).map((track) => track.name))
  const name = firstFree(taken)
  const track = subtitleTrack(videoId, {
    ...labels,
    name,
    streamIndex: null,
    action: 'encode',
    reason: 'added later; shown as WebVTT, the original is kept',
    codec: CODECS[original.format],
  })
  await amendVideo(
    videoId,
    ports,
    async (packs) => {
      await writeSubtitle(videoId, { name, original, webvtt }, packs)
      await packs.commit()
      await ports.catalog.addTracks(videoId, [track])
    },
    signal,
  )
  return name
}

function firstFree(taken: ReadonlySet<string>): string {
  for (let number = 0; ; number++) if (!taken.has(`s${number}`)) return `s${number}`
}
