import type { VideoRecord } from '#domain/catalog.ts'
import { trackIdOf, type VideoId } from '#domain/ids.ts'
import type { Pack, Segment } from '#domain/video.ts'
import { type FoundPacks, type FoundRun, packIdOf, sliceOf } from './found-packs.ts'

/** What the tables of the packs tell: every segment whose runs are all there. */
export async function recordOfTables(outline: VideoRecord, found: FoundPacks): Promise<VideoRecord> {
  const runs = new Map<string, FoundRun[]>()
  for (const run of await found.allRuns()) runs.set(run.entry.name, [...(runs.get(run.entry.name) ?? []), run])
  const names = new Set(outline.tracks.map(({ name }) => name))
  const segments = [...runs].flatMap(([name, own]) => {
    const segment = segmentOf(name, own, outline.video.id)
    return segment && names.has(name.split(' ')[1] ?? '') ? [segment] : []
  })
  const durationSec = Math.max(0, ...segments.map(({ startSec, durationSec }) => startSec + durationSec))
  const note = 'Rebuilt from its segments; its manifest is lost.'
  const video = { ...outline.video, state: 'ready' as const, durationSec, notes: [...outline.video.notes, note] }
  const positions = [...found.refs.keys()].sort((one, other) => one - other)
  const packs = (await Promise.all(positions.map((position) => found.pack(position)))).filter(
    (pack): pack is Pack => !!pack,
  )
  return { ...outline, video, packs, segments, attachments: [] }
}

function segmentOf(name: string, runs: readonly FoundRun[], videoId: VideoId): Segment | null {
  const [kind, track, index] = name.split(' ')
  const last = runs.at(-1)?.entry
  const whole = last?.last && runs.every(({ entry }, part) => entry.part === part)
  if (kind !== 'segment' || !track || !index || !whole) return null
  const slices = runs.map(({ entry, position }) => sliceOf(entry, packIdOf(videoId, position)))
  return {
    trackId: trackIdOf(videoId, track),
    index: index === 'init' ? 'init' : Number(index),
    startSec: runs[0]?.entry.startSec ?? 0,
    durationSec: last.durationSec ?? 0,
    byteLength: slices.reduce((sum, { length }) => sum + length, 0),
    slices,
    reencoded: false,
  }
}
