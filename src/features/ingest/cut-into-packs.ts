import type { Catalog } from '#domain/catalog.ts'
import { MediaDamagedError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Segment } from '#domain/video.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { CutEvent, CutOptions, SegmentPiece } from '#domain/media-tool.ts'
import { ahead } from '#lib/concurrency/ahead.ts'
import type { IngestProgress } from './ingest-progress.ts'
import type { IngestStep } from './ingest-step.ts'
import type { PackWriter } from './pack-writer.ts'
import { SegmentWriter } from './segment-writer.ts'
import { subtitleTracksOf, tracksOf } from './tracks-of.ts'
import { writeOutline } from './write-manifest.ts'
import { writeSubtitle } from './write-subtitle.ts'

/** Cut bytes that wait for the disk: bounds the memory of an ingest. */
const MAX_BYTES_AHEAD = 1024 * 1024

/** So that one is hashed while the next is copied. */
const PIECES_AT_ONCE = 3

/**
 * Cuts what is not there yet and writes it into packs, playable as it comes. A file that breaks off is cut as far as it
 * goes; the notes that come back say so.
 */
export async function cutIntoPacks(
  videoId: VideoId,
  open: { cut(plan: IngestPlan, options: CutOptions): AsyncIterable<CutEvent> },
  plan: IngestPlan,
  packs: PackWriter,
  progress: IngestProgress,
  { catalog, events }: { readonly catalog: Catalog; readonly events: Events },
  { signal, reached = () => {} }: { readonly signal: AbortSignal; reached?(step: IngestStep): void },
): Promise<readonly string[]> {
  const borders = [...plan.borders]
  const segments = new SegmentWriter(videoId, { ...plan, borders }, packs)
  const from = await Promise.all(plan.tracks.map((track) => firstMissing(videoId, track.name, catalog)))
  const attached = new Set((await catalog.attachments(videoId)).map(({ trackName }) => trackName))
  const subtitles = plan.subtitles.map(({ name }) => name).filter((name) => !attached.has(name))
  progress.enter('cut', plan.durationSec)

  const writings: Promise<void>[] = []
  const handlers: CutHandlers = {
    formats: async ({ formats }) => {
      if ((await catalog.tracks(videoId)).length === 0) {
        await catalog.addTracks(videoId, [...tracksOf(videoId, plan, formats), ...subtitleTracksOf(videoId, plan)])
      }
      reached('formats')
      await writeOutline(videoId, packs, catalog)
      reached('outline')
    },
    border: async ({ startSec }) => void borders.push(startSec),
    subtitle: async ({ subtitle }) => {
      await writeSubtitle(videoId, subtitle, packs)
      reached('subtitle')
    },
    piece: async ({ piece }) => {
      const writing = segments.write(piece).then((ended) => written(piece, ended))
      writing.catch(() => {}) // Whoever waits for its turn below hears of it.
      writings.push(writing)
      if (writings.length >= PIECES_AT_ONCE) await writings.shift()
    },
  }
  const written = (piece: SegmentPiece, ended: Segment | null) => {
    piece.release?.()
    reached('piece')
    if (!ended || piece.track !== 0) return
    const playableSec = ended.startSec + ended.durationSec
    progress.advance(playableSec, segments.bytesWritten)
    events.emit({ kind: 'segments-added', videoId, playableSec })
  }
  try {
    const cut = open.cut(plan, { from, subtitles, signal })
    for await (const event of ahead(cut, { maxWeight: MAX_BYTES_AHEAD, weightOf })) {
      await (handlers[event.kind] as (event: CutEvent) => Promise<void>)(event)
    }
    await Promise.all(writings)
  } catch (error) {
    await Promise.allSettled(writings)
    const hasPicture = error instanceof MediaDamagedError && (segments.count > 0 || from.some((index) => index > 0))
    if (!hasPicture) throw error
    return [`${error.message} ${error.why ?? ''}`.trim()]
  } finally {
    await packs.commit()
  }
  return []
}

type CutHandlers = { readonly [Kind in CutEvent['kind']]: (event: Extract<CutEvent, { kind: Kind }>) => Promise<void> }

function weightOf(event: CutEvent): number {
  return event.kind === 'piece' ? event.piece.byteLength : 1024
}

/** The first segment of a track that is not recorded; 0 also while the init segment is missing. */
async function firstMissing(videoId: VideoId, name: string, catalog: Catalog): Promise<number> {
  const track = (await catalog.tracks(videoId)).find((each) => each.name === name)
  if (!track) return 0
  const indexes = (await catalog.segments(track.id)).flatMap(({ index }) => (index === 'init' ? [] : [index]))
  return indexes.length === 0 ? 0 : Math.max(...indexes) + 1
}
