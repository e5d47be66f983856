import { playlist } from '../answer.ts'
import { pseudoRandomBytes } from '../body.ts'
import type { Origin } from '../start-origin.ts'
import type { StreamTruth } from '../truth.ts'
import { type StreamKey, type StreamPiece, writeStream } from '../write-stream.ts'
import { piecesOf } from './simple.ts'

/** `number` makes another key and IV. */
function streamKey(number: number, iv: 'explicit' | 'msn'): StreamKey {
  return {
    name: `key-${number}.bin`,
    bytes: pseudoRandomBytes(1000 + number, 16),
    iv: iv === 'explicit' ? pseudoRandomBytes(2000 + number, 16) : null,
  }
}

/** AES-128 in MPEG-TS: explicit IVs, then the MSN's, then in clear, then another key. */
export async function rotatingKeys(origin: Origin, folder = '/aes/'): Promise<StreamTruth> {
  const keys = [
    ...[streamKey(1, 'explicit'), streamKey(2, 'msn'), streamKey(2, 'msn'), null],
    ...[null, streamKey(3, 'msn'), streamKey(3, 'msn'), streamKey(4, 'explicit')],
  ]
  // The same key must be the same object, or its line would be written again.
  const shared = keys.map((key) => keys.find((one) => one?.name === key?.name) ?? null)
  const pieces = (await piecesOf('ts')).map((piece, index) => ({ ...piece, key: shared[index] ?? null }))
  return published(origin, pieces, folder, '.ts')
}

/** Fragmented MP4, its init section encrypted too, or in clear above the key. */
export async function encryptedMap(
  origin: Origin,
  map: 'encrypted' | 'clear',
  folder = `/aes-map-${map}/`,
): Promise<StreamTruth> {
  const key = streamKey(5, 'explicit')
  const source = await piecesOf('fmp4')
  const bytes = source[0]?.init?.bytes ?? Buffer.alloc(0)
  const init = map === 'encrypted' ? { name: 'init.mp4', bytes, key } : { name: 'init.mp4', bytes }
  const pieces = source.map((piece) => ({ ...piece, init, key: map === 'encrypted' ? key : streamKeyOfMsn }))
  return published(origin, pieces, folder, '.m4s')
}

const streamKeyOfMsn = streamKey(6, 'msn')

/** Keys that no download may take: SAMPLE-AES, DRM, a method that nobody knows, a key of the wrong length. */
export async function protectedStream(
  origin: Origin,
  how: 'sample-aes' | 'drm' | 'unknown' | 'short-key' | 'key-missing',
  folder = `/protected-${how}/`,
): Promise<StreamTruth> {
  const lines = {
    'sample-aes': '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="key-1.bin"',
    drm: '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery",KEYFORMATVERSIONS="1"',
    unknown: '#EXT-X-KEY:METHOD=AES-512-XYZ,URI="key-1.bin"',
    'short-key': '#EXT-X-KEY:METHOD=AES-128,URI="short.bin"',
    'key-missing': '#EXT-X-KEY:METHOD=AES-128,URI="nowhere.bin"',
  }
  const written = writeStream(origin, await piecesOf('ts'), { folder, head: [lines[how]] })
  origin.put(`${folder}short.bin`, playlist('0123456789'))
  return { url: origin.put(`${folder}index.m3u8`, playlist(written.text)), renditions: { main: written.truth } }
}

function published(origin: Origin, pieces: readonly StreamPiece[], folder: string, extension: string): StreamTruth {
  const { text, truth } = writeStream(origin, pieces, { folder, extension, mediaSequence: 7794 })
  return { url: origin.put(`${folder}index.m3u8`, playlist(text)), renditions: { main: truth } }
}
