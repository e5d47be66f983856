import { playlist, type Resource } from '../answer.ts'
import { type Body, bytesBody, sparseBody } from '../body.ts'
import { recordedMedia } from '../recorded-media.ts'
import type { Origin } from '../start-origin.ts'
import { type StreamTruth, TruthKeeper } from '../truth.ts'
import { playlistText, targetDurationSec } from '../write-stream.ts'

export interface RangesOptions {
  /** `implicit`: only the first range of the file says where it begins. */
  readonly offsets: 'explicit' | 'implicit'
  /** Where in its file the media begin: beyond 4 GiB is possible. */
  readonly base?: number
  /** False: the server answers ranges with everything. */
  readonly ranges?: boolean
  /** The segment whose range cannot be read. */
  readonly garbled?: number
  readonly folder?: string
}

/** Fragmented MP4 in one file: init section and segments are byte ranges of it. */
export async function byteRanges(origin: Origin, options: RangesOptions): Promise<StreamTruth> {
  const { offsets, base = 0, ranges = true, garbled } = options
  const { folder = `/ranges-${offsets}-${base}-${ranges}-${garbled}/` } = options
  const { init, pieces } = await recordedMedia('fmp4')
  const map = init ?? Buffer.alloc(0)
  const keeper = new TruthKeeper()
  const lines: string[][] = [[`#EXT-X-MAP:URI="all.mp4",BYTERANGE="${map.length}@${base}"`]]
  let at = base + map.length
  for (const [index, { bytes, durationSec }] of pieces.entries()) {
    const from = offsets === 'explicit' || index === 0 ? `@${at}` : ''
    const range = index === garbled ? 'some@where' : `${bytes.length}${from}`
    lines.push([`#EXTINF:${durationSec.toFixed(6)},`, `#EXT-X-BYTERANGE:${range}`, 'all.mp4'])
    if (index !== garbled) keeper.add(bytes, durationSec, map)
    at += bytes.length
  }
  const all = Buffer.concat([map, ...pieces.map(({ bytes }) => bytes)])
  const body: Body = base === 0 ? bytesBody(all) : sparseBody(base + all.length + 1000, new Map([[base, all]]))
  const file: Resource = { kind: 'resource', body, contentType: 'video/mp4', ranges, etag: '"all"' }
  origin.put(`${folder}all.mp4`, file)
  const text = playlistText(lines, targetDurationSec(pieces))
  return { url: origin.put(`${folder}index.m3u8`, playlist(text)), renditions: { main: keeper.truth } }
}

/** Two files in turns: an offset left out counts from the last range of the same file. */
export async function interleavedRanges(origin: Origin, folder = '/ranges-interleaved/'): Promise<StreamTruth> {
  const { pieces } = await recordedMedia('ts')
  const keeper = new TruthKeeper()
  const lines: string[][] = []
  const files = [[] as Buffer[], [] as Buffer[]]
  for (const [index, { bytes, durationSec }] of pieces.entries()) {
    const file = files[index % 2] ?? []
    const at = file.reduce((sum, { length }) => sum + length, 0)
    // By the standard a range without offset follows the last range of the same file in the line before it.
    lines.push([`#EXT-X-BYTERANGE:${bytes.length}@${at}`, `#EXTINF:${durationSec.toFixed(6)},`, `file-${index % 2}.ts`])
    file.push(bytes)
    keeper.add(bytes, durationSec)
  }
  for (const [index, parts] of files.entries()) {
    const body = bytesBody(Buffer.concat(parts))
    origin.put(`${folder}file-${index}.ts`, { kind: 'resource', body, contentType: 'video/mp2t' })
  }
  const text = playlistText(lines, targetDurationSec(pieces))
  return { url: origin.put(`${folder}index.m3u8`, playlist(text)), renditions: { main: keeper.truth } }
}
