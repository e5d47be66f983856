import type { Catalog, SourceSidecar, VideoSource } from '#domain/catalog.ts'
import { ProductError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import type { VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { SourceFiles } from '#domain/source-files.ts'
import { languageName } from '#lib/language-tag/language-tag.ts'
import { attachSubtitle, type SidecarSubtitle } from './add-subtitle.ts'
import type { PackWriter } from './pack-writer.ts'
import { readSidecar } from './read-sidecar.ts'

/** Subtitles of whole films reach some hundred KB, typeset ones some MB. Nobody has looked into these. */
const MAX_SIDECAR_BYTES = 16 * 1024 * 1024

interface SidecarPorts {
  readonly catalog: Catalog
  readonly sources: SourceFiles
  readonly events: Events
}

interface SidecarOptions {
  readonly signal: AbortSignal
  /** Called after each that became a track. */
  attached(): void
}

/**
 * Subtitle files that came with the source become tracks, behind those that lie in it; what an earlier attempt has attached
 * stays. One that cannot be read is left out: a film without it is a film all the same. Resolves with what people should
 * know of it, and of the source.
 */
export async function attachSidecars(
  videoId: VideoId,
  plan: Pick<IngestPlan, 'subtitles'>,
  packs: PackWriter,
  { catalog, sources, events }: SidecarPorts,
  { signal, attached }: SidecarOptions,
): Promise<readonly string[]> {
  const { sidecars = [], notes = [] }: Partial<VideoSource> = (await catalog.source(videoId)) ?? {}
  const leftOut: string[] = []
  for (const [number, sidecar] of sidecars.entries()) {
    signal.throwIfAborted()
    const name = `s${plan.subtitles.length + number}`
    if (await isAttached(videoId, name, catalog)) continue
    const subtitle = await read(sidecar, sources)
    if (typeof subtitle === 'string') leftOut.push(`The subtitles ${nameOf(sidecar)} are left out: ${subtitle}`)
    else {
      const reason = 'came with the film; shown as WebVTT, the original is kept'
      await attachSubtitle(videoId, subtitle, { name, reason }, packs, catalog)
      events.emit({ kind: 'video-changed', videoId })
      attached()
    }
  }
  return [...notes, ...leftOut]
}

/** A track whose text a power cut has taken is not. */
async function isAttached(videoId: VideoId, name: string, catalog: Catalog): Promise<boolean> {
  const [tracks, attachments] = [await catalog.tracks(videoId), await catalog.attachments(videoId)]
  return tracks.some((track) => track.name === name) && attachments.some(({ trackName }) => trackName === name)
}

/** Why not, in words, when it cannot be read. */
async function read({ path, ...labels }: SourceSidecar, sources: SourceFiles): Promise<SidecarSubtitle | string> {
  try {
    if (((await sources.size(path)) ?? 0) > MAX_SIDECAR_BYTES) return 'the file is larger than any subtitles.'
    const bytes = await sources.read(path)
    return bytes === null ? 'the file is gone.' : readSidecar({ name: path, bytes, ...labels })
  } catch (error) {
    if (!(error instanceof ProductError)) return 'the file cannot be read.'
    return error.why ?? error.message
  }
}

function nameOf({ title, language, path }: SourceSidecar): string {
  return title ?? languageName(language) ?? path.split(/[/\\]/).at(-1) ?? path
}
