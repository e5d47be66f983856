import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { crc32, deflateSync } from 'node:zlib'

export interface DisguisedFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Files that are no film but call themselves one, asking for `url` (http) and `path` (a file of this machine). */
export function disguisedFiles(url: string, path: string): readonly DisguisedFile[] {
  const text = (name: string, ...lines: readonly string[]) => ({ name, bytes: Buffer.from(`${lines.join('\n')}\n`) })
  const list = (name: string, uri: string) =>
    text(name, '#EXTM3U', '#EXT-X-TARGETDURATION:2', '#EXTINF:2,', uri, '#EXT-X-ENDLIST')
  return [
    text('hls-variants', '#EXTM3U', '#EXT-X-STREAM-INF:BANDWIDTH=1000', `${url}/v.m3u8`),
    text('hls-variants-by-file', '#EXTM3U', '#EXT-X-STREAM-INF:BANDWIDTH=1000', `file://${path}`),
    list('hls-segments', `${url}/a.ts`),
    list('hls-segments-by-file', `file://${path}`),
    text('hls-key', '#EXTM3U', `#EXT-X-KEY:METHOD=AES-128,URI="${url}/key"`, '#EXTINF:2,', path, '#EXT-X-ENDLIST'),
    text('dash', '<?xml version="1.0"?>', mpd(`${url}/`)),
    text('dash-by-file', '<?xml version="1.0"?>', mpd(`file://${path}`)),
    text('ffconcat', 'ffconcat version 1.0', `file '${url}/a.mp4'`),
    text('ffconcat-by-file', 'ffconcat version 1.0', `file '${path}'`),
    text('sdp', 'v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=x', 'c=IN IP4 127.0.0.1', 't=0 0', 'm=video 5004 RTP/AVP 96'),
    text('text', 'This is no film.'),
    { name: 'random', bytes: randomBytes(100_000) },
    { name: 'picture', bytes: onePixel() },
    { name: 'archive', bytes: emptyZip() },
  ]
}

function mpd(base: string): string {
  const set = `<AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1000"><BaseURL>${base}</BaseURL></Representation></AdaptationSet>`
  return `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT4S"><Period>${set}</Period></MPD>`
}

/** The same bytes on every run. */
function randomBytes(count: number): Buffer {
  let state = 0x2545f491
  return Buffer.from(
    Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 24
    }),
  )
}

function onePixel(): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.byteLength)
    check.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, check])
  }
  return Buffer.concat([
    Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'),
    chunk('IHDR', Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)),
    chunk('IDAT', deflateSync(Uint8Array.of(0, 0))),
    chunk('IEND', new Uint8Array(0)),
  ])
}

function emptyZip(): Buffer {
  return Buffer.concat([Buffer.from('PK\u0005\u0006', 'latin1'), Buffer.alloc(18)])
}

/** An MP4 with its movie header's first track many times over. */
export function withManyTracks(film: Buffer, count: number): Buffer {
  const boxAt = (type: string, within: Buffer) => {
    const at = within.indexOf(type) - 4
    return { at, bytes: within.subarray(at, at + within.readUInt32BE(at)) }
  }
  const moov = boxAt('moov', film)
  const trak = boxAt('trak', moov.bytes)
  const tracks = Array.from({ length: count }, () => trak.bytes)
  const header = Buffer.alloc(8)
  const body = Buffer.concat([moov.bytes.subarray(8, trak.at), ...tracks])
  header.writeUInt32BE(8 + body.byteLength)
  header.write('moov', 4, 'latin1')
  return Buffer.concat([film.subarray(0, moov.at), header, body])
}

/** Small files with pictures of 8192 by 8192, by the code of the refusal that they get. */
export async function pixelBombs(folder: string) {
  const make = async (name: string, ...options: readonly string[]) => {
    const input = [
      '-nostdin',
      '-v',
      'error',
      '-y',
      '-f',
      'lavfi',
      '-i',
      'color=black:s=8192x8192:r=25',
      '-frames:v',
      '2',
    ]
    await promisify(execFile)('ffmpeg', [...input, ...options, join(folder, name)])
    return join(folder, name)
  }
  return {
    'media-refused': await make('bomb.mkv', '-c:v', 'libx264', '-preset', 'ultrafast'),
    'not-media': await make('bomb.mp4', '-frames:v', '1', '-c:v', 'png', '-f', 'image2'),
  }
}
