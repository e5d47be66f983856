import { ContainerError } from '../container-error.ts'
import type { RandomAccess } from '../random-access.ts'
import type { ContainerTrack } from '../sample.ts'
import { applyEdit, type EditContext, readEditList } from './edit-list.ts'
import { type FragmentedTrack, readMovieFragment } from './movie-fragment.ts'
import { type MovieHeader, readMovieHeader, type TrackHeader } from './movie-header.ts'
import { joinTables, newSampleTable, type SampleTable } from './sample-table.ts'
import {
  decodeBeforeShowing,
  MAX_SAMPLES_PER_TRACK,
  readSampleTables,
  sampleDescriptionsUsed,
} from './sample-tables.ts'
import { readBody, type TopLevelBox, topLevelBoxes, withLookahead } from './top-level-boxes.ts'

/** An MP4 or MOV file: what is in it and where, payload unread. */
export interface Movie {
  readonly tracks: readonly MovieTrack[]
  readonly fragmented: boolean
}

export interface MovieTrack {
  readonly track: ContainerTrack
  /** ISO 639-2/T, `und` when the file does not say. */
  readonly language: string
  /** In container time; none when the track cannot be read directly. */
  readonly samples: SampleTable
  /** Samples with a presentation time outside of this part only serve to decode others; ticks, possibly infinite. */
  readonly shownFromPts: number
  readonly shownUntilPts: number
  /** False when ffmpeg must read this track; `reason` says why. */
  readonly directlyReadable: boolean
  readonly reason: string | null
}

/** An index of more is refused; that of a whole day of video and sound has some 100 MB. */
const MAX_INDEX_BYTES = 512 * 2 ** 20

/**
 * Reads the index of an MP4 or MOV file, `moov` first or last, fragmented or not. Throws ContainerError, `truncated` too
 * when samples lie behind the end of the file.
 */
export async function readMovie(source: RandomAccess): Promise<Movie> {
  const file = withLookahead(source)
  let header: MovieHeader | null = null
  let fragments = new FragmentCollector([])
  for await (const box of topLevelBoxes(file)) {
    if (box.type === 'moov' && header === null) {
      header = readMovieHeader(await body(file, box))
      if (!header.fragmented) break
      fragments = new FragmentCollector(header.tracks)
    } else if (box.type === 'moof') fragments.add(await body(file, box), box.start)
  }
  if (header === null) throw new ContainerError('not-this-container', 'there is no movie header (moov)')
  const { timescale: movieTimescale, fragmented, tracks } = header
  return {
    fragmented,
    tracks: tracks.map((one) => {
      const context = { kind: one.track.kind, timescale: one.track.timescale, movieTimescale, fragmented }
      return movieTrack(one, context, () => fragments.samplesOf(one) ?? readSampleTables(one.tables), file.size)
    }),
  }
}

function body(file: RandomAccess, box: TopLevelBox): Promise<Uint8Array> {
  if (box.end - box.start > MAX_INDEX_BYTES) {
    throw new ContainerError('too-large', `an index of ${box.end - box.start} bytes`)
  }
  return readBody(file, box)
}

function movieTrack(
  header: TrackHeader,
  context: EditContext,
  readSamples: () => SampleTable,
  fileSize: number,
): MovieTrack {
  const { track, language } = header
  const edit = readEditList(header.editList)
  const reason = header.obstacle ?? descriptionObstacle(header) ?? (typeof edit === 'string' ? edit : null)
  if (reason !== null || typeof edit === 'string') {
    const nothing = { samples: newSampleTable(0), shownFromPts: -Infinity, shownUntilPts: Infinity }
    return { track, language, ...nothing, directlyReadable: false, reason }
  }
  const samples = decodeBeforeShowing(readSamples())
  refuseBeyond(samples, fileSize)
  return { track, language, ...applyEdit(samples, edit, context), directlyReadable: true, reason: null }
}

function descriptionObstacle({ tables }: TrackHeader): string | null {
  const used = sampleDescriptionsUsed(tables)
  return used.size > 1 || (used.size === 1 && !used.has(1)) ? 'several sample descriptions' : null
}

/** Also refuses samples that share their bytes: a small file could ask for any amount of output. */
function refuseBeyond({ length, offset, size }: SampleTable, fileSize: number): void {
  let total = 0
  for (let index = 0; index < length; index++) {
    const [start, byteLength] = [offset[index] ?? 0, size[index] ?? 0]
    total += byteLength
    if (start < 0 || start + byteLength > fileSize) {
      throw new ContainerError('truncated', `sample ${index + 1} of ${length} lies outside of the file`)
    }
  }
  if (total > fileSize) throw new ContainerError('malformed', 'samples that overlap')
}

/** Gathers the samples of all fragments, behind those that `moov` itself may have. */
class FragmentCollector {
  readonly #tables = new Map<number, SampleTable[]>()
  readonly #tracks = new Map<number, FragmentedTrack>()
  #count = 0

  constructor(tracks: readonly TrackHeader[]) {
    for (const { track, defaults, tables, obstacle } of tracks) {
      if (obstacle !== null) continue
      const first = readSampleTables(tables)
      const nextDts = (first.dts.at(-1) ?? 0) + (first.duration.at(-1) ?? 0)
      this.#tables.set(track.id, [first])
      this.#tracks.set(track.id, { id: track.id, defaults, alwaysSync: track.kind === 'audio', nextDts })
    }
  }

  add(moof: Uint8Array, start: number): void {
    for (const { trackId, samples } of readMovieFragment(moof, start, this.#tracks)) {
      this.#tables.get(trackId)?.push(samples)
      this.#count += samples.length
    }
    if (this.#count > MAX_SAMPLES_PER_TRACK) throw new ContainerError('too-large', `${this.#count} samples`)
  }

  samplesOf({ track }: TrackHeader): SampleTable | null {
    const tables = this.#tables.get(track.id)
    return tables === undefined ? null : joinTables(tables)
  }
}
