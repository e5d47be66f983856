import { gzipSync } from 'node:zlib'
import { playlist, redirect, resource } from '../answer.ts'
import { recordedMedia, type MediaName } from '../recorded-media.ts'
import type { Origin } from '../start-origin.ts'
import type { StreamTruth } from '../truth.ts'
import { type StreamPiece, writeStream } from '../write-stream.ts'

/** Segments of a recording as pieces of a stream. */
export async function piecesOf(name: MediaName, initName = 'init.mp4'): Promise<StreamPiece[]> {
  const { init, pieces } = await recordedMedia(name)
  const own = init === null ? null : { name: initName, bytes: init }
  return pieces.map(({ bytes, durationSec }) => ({ bytes, durationSec, init: own }))
}

/** Eight segments of MPEG-TS, video and sound muxed. */
export async function tsStream(origin: Origin, folder = '/ts/'): Promise<StreamTruth> {
  const { text, truth } = writeStream(origin, await piecesOf('ts'), { folder })
  return { url: origin.put(`${folder}index.m3u8`, playlist(text)), renditions: { main: truth } }
}

/** The same in fragmented MP4, with EXT-X-MAP. */
export async function fmp4Stream(origin: Origin, folder = '/fmp4/'): Promise<StreamTruth> {
  const { text, truth } = writeStream(origin, await piecesOf('fmp4'), { folder, extension: '.m4s' })
  return { url: origin.put(`${folder}index.m3u8`, playlist(text)), renditions: { main: truth } }
}

/** Another init section in the middle, without a discontinuity tag even. */
export async function severalMaps(origin: Origin, folder = '/maps/'): Promise<StreamTruth> {
  const first = await piecesOf('fmp4', 'init-1.mp4')
  const second = await piecesOf('fmp4-other', 'init-2.mp4')
  const pieces = [
    ...first.slice(0, 3),
    ...second.slice(0, 3).map((piece, index) => ({ ...piece, discontinuity: index === 0 })),
    ...first.slice(3, 6).map((piece, index) => ({ ...piece, discontinuity: index === 0 })),
  ]
  const { text, truth } = writeStream(origin, pieces, { folder, extension: '.m4s' })
  return { url: origin.put(`${folder}index.m3u8`, playlist(text)), renditions: { main: truth } }
}

/** Recordings one behind another: timestamps begin anew, the second one's pictures are larger. */
export async function discontinuities(origin: Origin, folder = '/discontinuities/'): Promise<StreamTruth> {
  const names: readonly MediaName[] = ['ts', 'ts-other', 'ts-third']
  const recordings = await Promise.all(names.map((name) => piecesOf(name)))
  const pieces = recordings.flatMap((recording, place) =>
    recording.slice(0, 4).map((piece, index) => ({ ...piece, discontinuity: index === 0 && place > 0 })),
  )
  const { text, truth } = writeStream(origin, pieces, { folder, mediaSequence: 7794, discontinuitySequence: 12 })
  return { url: origin.put(`${folder}index.m3u8`, playlist(text)), renditions: { main: truth } }
}

/** EXT-X-GAP at the third and fourth segment. */
export async function gaps(origin: Origin, folder = '/gaps/'): Promise<StreamTruth> {
  const pieces = (await piecesOf('ts')).map((piece, index) => ({ ...piece, gap: index === 2 || index === 3 }))
  const { text, truth } = writeStream(origin, pieces, { folder, mediaSequence: 100 })
  return { url: origin.put(`${folder}index.m3u8`, playlist(text)), renditions: { main: truth } }
}

/** The fifth segment is a 404, and nobody says so before. */
export async function missingSegment(origin: Origin, folder = '/missing/'): Promise<StreamTruth> {
  const pieces = (await piecesOf('ts')).map((piece, index) => ({ ...piece, missing: index === 4 }))
  const { text, truth } = writeStream(origin, pieces, { folder })
  return { url: origin.put(`${folder}index.m3u8`, playlist(text)), renditions: { main: truth } }
}

/** `PLAYLIST-TYPE:VOD` and no ENDLIST: complete all the same. */
export async function vodWithoutEnd(origin: Origin, folder = '/vod-without-end/'): Promise<StreamTruth> {
  const { text, truth } = writeStream(origin, await piecesOf('ts'), { folder, endlist: false })
  return { url: origin.put(`${folder}index.m3u8`, playlist(text)), renditions: { main: truth } }
}

/** Playlist compressed (or not as it says), segments compressed with and without saying so. */
export async function compressed(origin: Origin, how: CompressedHow, folder = `/gzip-${how}/`): Promise<StreamTruth> {
  const zipped = (bytes: Buffer) =>
    resource(gzipSync(bytes), 'video/mp2t', how === 'segments' ? { contentEncoding: 'gzip' } : {})
  const options = how === 'playlist' ? { folder } : { folder, wrap: zipped }
  const { text, truth } = writeStream(origin, await piecesOf('ts'), options)
  const list = how === 'playlist' ? playlistGzip(text) : playlist(text)
  return { url: origin.put(`${folder}index.m3u8`, list), renditions: { main: truth } }
}

/** `unlabelled`: segments begin with `1f 8b` although no header says so. */
export type CompressedHow = 'playlist' | 'segments' | 'unlabelled'

function playlistGzip(text: string) {
  const bytes = gzipSync(Buffer.from(text))
  return resource(bytes, 'application/vnd.apple.mpegurl', { ranges: false, contentEncoding: 'gzip' })
}

/** Playlist, segments and key each lie elsewhere than they are asked for; URIs count from where the playlist really lies. */
export async function redirected(origin: Origin, folder = '/redirected/'): Promise<StreamTruth> {
  const key = { name: 'moved-key.bin', bytes: Buffer.from('0123456789abcdef'), iv: null }
  const pieces = (await piecesOf('ts')).map((piece) => ({ ...piece, key }))
  const { text, truth } = writeStream(origin, pieces, {
    folder: `${folder}real/files/`,
    uri: (name) => `../hop/${name}`,
    keyUri: () => '../hop/key.bin',
  })
  for (const index of pieces.keys()) {
    const name = `segment-${index}.ts`
    origin.put(`${folder}real/hop/${name}`, redirect(`../files/${name}`, index % 2 === 0 ? 302 : 307))
  }
  origin.put(`${folder}real/hop/key.bin`, redirect(`${folder}real/files/moved-key.bin`, 301))
  origin.put(`${folder}real/lists/index.m3u8`, playlist(text))
  origin.put(`${folder}old/second.m3u8`, redirect('../real/lists/index.m3u8', 308))
  return { url: origin.put(`${folder}index.m3u8`, redirect('old/second.m3u8')), renditions: { main: truth } }
}
