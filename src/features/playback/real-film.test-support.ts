import { fmp4Format } from '#lib/containers/segmenter/fmp4-format.ts'
import { bordersOf, readFilm, segmentFilm } from '#lib/containers/segmenter/film.test-support.ts'
import type { SegmentFormat } from '#lib/containers/segmenter/segment-format.ts'
import type { Track } from '#domain/video.ts'
import { TestFilm } from './film.test-support.ts'

/** A film in the catalog, cut from a real file as the ingest cuts it; what is played together lies together. */
export async function realFilm(
  file: string,
  { format = fmp4Format, every = 2, languages = ['en', 'de'], fragmentBytes = 8 * 1024 * 1024 } = {} as {
    readonly format?: SegmentFormat
    /** Key frames per segment. */
    readonly every?: number
    readonly languages?: readonly string[]
    readonly fragmentBytes?: number
  },
): Promise<TestFilm> {
  const source = await readFilm(file)
  const pieces = await segmentFilm(source, format, { borders: bordersOf(source, every), fragmentBytes })
  const film = new TestFilm()
  let sounds = 0
  const tracks = new Map<number, Track>()
  for (const { id, kind } of source.tracks) {
    const language = languages[sounds] ?? 'und'
    const isSound = kind === 'audio'
    tracks.set(id, isSound ? film.addAudio(`a${sounds}`, language, { isDefault: sounds === 0 }) : film.addVideo())
    if (isSound) sounds++
  }
  const segments = Map.groupBy(pieces, ({ trackId, index }) => `${trackId} ${index}`)
  let durationSec = 0
  for (const parts of segments.values()) {
    const { trackId, index } = parts[0] as (typeof parts)[0]
    const bytes = Buffer.concat(parts.flatMap((piece) => piece.bytes))
    const span = parts.at(-1)?.ends ?? { startSec: 0, durationSec: 0 }
    durationSec = Math.max(durationSec, span.startSec + span.durationSec)
    // Across a pack border: two slices.
    const half = index === 1 ? Math.floor(bytes.length / 2) : bytes.length
    const slices = [bytes.subarray(0, half), bytes.subarray(half)].filter(({ length }) => length > 0)
    film.segments.push({
      ...{ trackId: (tracks.get(trackId) as Track).id, index, ...span, byteLength: bytes.length, reencoded: false },
      slices: slices.map((slice) => film.store(slice)),
    })
  }
  film.video = { ...film.video, durationSec }
  if (![...segments.values()].some((parts) => parts[0]?.index === 'init'))
    film.plan = { targetDurationSec: 7, packaging: 'ts' }
  return film
}
