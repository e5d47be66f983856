import { ContainerError } from '#lib/containers/container-error.ts'
import { type Movie, readMovie } from '#lib/containers/iso-bmff/read-movie.ts'
import type { MatroskaFile } from '#lib/containers/matroska/matroska-file.ts'
import { readMatroska } from '#lib/containers/matroska/read-matroska.ts'
import type { RandomAccess } from '#lib/containers/random-access.ts'
import type { ProbedMedia } from './probe-media.ts'
import type { DemuxerFamily } from './sniff.ts'

/** The file as our own readers see it; `none` when only ffmpeg can read it, with the reason. */
export type OpenContainer =
  | { readonly kind: 'movie'; readonly movie: Movie }
  | { readonly kind: 'matroska'; readonly mkv: MatroskaFile }
  | { readonly kind: 'none'; readonly reason: string; readonly truncated: boolean }

/** Reads the container's own tables. Whatever is wrong with them only means that ffmpeg has to do it. */
export async function openContainer(file: RandomAccess, family: DemuxerFamily): Promise<OpenContainer> {
  try {
    if (family === 'mov') return { kind: 'movie', movie: await readMovie(file) }
    if (family === 'matroska') return { kind: 'matroska', mkv: await readMatroska(file) }
    return { kind: 'none', reason: `${family} is read by ffmpeg`, truncated: false }
  } catch (error) {
    if (!(error instanceof ContainerError)) throw error
    return { kind: 'none', reason: error.message, truncated: error.code === 'truncated' }
  }
}

/**
 * The number that a stream of ffprobe has in the container, or null when it cannot be told for sure. Matroska: ffprobe
 * tells no numbers, but keeps the order.
 */
export function trackIdOf(container: OpenContainer, { details }: ProbedMedia, kind: 'video' | 'audio', index: number) {
  const detail = details.get(index)
  if (detail === undefined || container.kind === 'none') return null
  if (container.kind === 'movie') {
    return container.movie.tracks.some(({ track }) => track.id === detail.containerId) ? detail.containerId : null
  }
  const ofKind = container.mkv.tracks.filter((track) => track.kind === kind)
  return detail.ordinal === null ? null : (ofKind[detail.ordinal]?.number ?? null)
}
