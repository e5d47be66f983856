import type { Catalog } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import type { ExtractedSubtitle } from '#domain/media-tool.ts'
import type { Track } from '#domain/video.ts'
import { type AmendPorts, amendVideo } from './amend-video.ts'
import type { PackWriter } from './pack-writer.ts'
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
  subtitle: SidecarSubtitle,
  ports: AmendPorts,
  signal: AbortSignal,
): Promise<string> {
  const taken = new Set((await ports.catalog.tracks(videoId)).map((track) => track.name))
  const where = { name: firstFree(taken), reason: 'added later; shown as WebVTT, the original is kept' }
  await amendVideo(videoId, ports, (packs) => attachSubtitle(videoId, subtitle, where, packs, ports.catalog), signal)
  return where.name
}

/** Writes the file into the packs and makes it a track when it is there. Done again after a crash it changes nothing. */
export async function attachSubtitle(
  videoId: VideoId,
  { original, webvtt, ...labels }: SidecarSubtitle,
  { name, reason }: Pick<Track, 'name' | 'reason'>,
  packs: PackWriter,
  catalog: Pick<Catalog, 'addTracks'>,
): Promise<void> {
  await writeSubtitle(videoId, { name, original, webvtt }, packs)
  await packs.commit()
  const facts = {
    ...labels,
    name,
    reason,
    streamIndex: null,
    action: 'encode',
    codec: CODECS[original.format],
  } as const
  await catalog.addTracks(videoId, [subtitleTrack(videoId, facts)])
}

function firstFree(taken: ReadonlySet<string>): string {
  for (let number = 0; ; number++) if (!taken.has(`s${number}`)) return `s${number}`
}
