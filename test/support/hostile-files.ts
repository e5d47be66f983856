import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { mediaFile } from './media-matrix.ts'

const run = promisify(execFile)

/** What must never be asked for or read. */
export interface Canaries {
  /** `http://127.0.0.1:<port>` of somebody who listens. */
  readonly url: string
  /** A file on this machine. */
  readonly path: string
}

/** Texts that make a player open something else, each under the name of an honest video. */
export function disguisedPlaylists({ url, path }: Canaries): Readonly<Record<string, string>> {
  const hls = (body: string) => `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:10\n${body}\n#EXT-X-ENDLIST\n`
  const dash = (address: string) =>
    `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT9S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>${address}</BaseURL></Representation></AdaptationSet></Period></MPD>`
  return {
    'hls-http.mp4': hls(`#EXTINF:9,\n${url}/segment.ts`),
    'hls-file.mp4': hls(`#EXTINF:9,\n${path}`),
    'hls-file-url.mp4': hls(`#EXTINF:9,\nfile://${path}`),
    'hls-concat.mp4': hls(`#EXTINF:9,\nconcat:${path}|${path}`),
    'hls-subfile.mp4': hls(`#EXTINF:9,\nsubfile,,start,0,end,100,,:${path}`),
    'hls-data.mp4': hls(`#EXTINF:9,\ndata:text/plain,%23EXTM3U%0A${url}/nested.ts`),
    'hls-key.mp4': hls(`#EXT-X-KEY:METHOD=AES-128,URI="${url}/key"\n#EXTINF:9,\n${path}`),
    'hls-map.mp4': hls(`#EXT-X-MAP:URI="${path}"\n#EXTINF:9,\n${url}/segment.m4s`),
    'hls-variant.mkv': `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${url}/variant.m3u8\n`,
    'hls-nested.mp4': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhls-nested.mp4\n',
    'hls-after-blank.mp4': `\n \n${hls(`#EXTINF:9,\n${url}/segment.ts`)}`,
    'hls-with-bom.mp4': `\ufeff${hls(`#EXTINF:9,\n${url}/segment.ts`)}`,
    'dash-http.mp4': dash(`${url}/video.mp4`),
    'dash-file.mp4': dash(`file://${path}`),
    'ffconcat-file.mp4': `ffconcat version 1.0\nfile '${path}'\n`,
    'ffconcat-http.mp4': `ffconcat version 1.0\nfile '${url}/a.mp4'\n`,
    'ffconcat-stream.mp4': `ffconcat version 1.0\nstream\nfile '${path}'\noption safe 0\n`,
    'sdp.mp4': `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video ${new URL(url).port} RTP/AVP 96\na=rtpmap:96 H264/90000\n`,
    'asx.wmv': `<asx version="3.0"><entry><ref href="${url}/a.wmv"/></entry></asx>`,
    'asx-reference.wmv': `[Reference]\nRef1=${url}/a.wmv\n`,
    'pls.mp4': `[playlist]\nFile1=${url}/a.mp4\nNumberOfEntries=1\n`,
    'm3u.mp4': `#EXTM3U\n${url}/a.mp4\n`,
    'vobsub.mp4': `# VobSub index file, v7\nid: de, index: 0\ntimestamp: 00:00:01:000, filepos: 000000000\n`,
    'rtsp.mp4': `RTSPtext\nrtsp://127.0.0.1:${new URL(url).port}/a\n`,
    'ffmetadata.mp4': `;FFMETADATA1\ntitle=x\n`,
    'smil.mp4': `<smil><body><video src="${url}/a.mp4"/></body></smil>`,
    'xspf.mp4': `<?xml version="1.0"?><playlist xmlns="http://xspf.org/ns/0/"><trackList><track><location>${url}/a</location></track></trackList></playlist>`,
  }
}

/** Files that are nothing, or nothing that we take. */
export function nothings(): Readonly<Record<string, Uint8Array | string>> {
  return {
    'text.mp4': 'This is a letter, not a film.\n'.repeat(200),
    'page.mp4': '<!doctype html><title>Not found</title>',
    'zeros.mp4': Buffer.alloc(300_000),
    'random.mp4': randomBytes(300_000),
    'random.ts': randomBytes(300_000),
    'archive.mkv': Buffer.from('504b0304140000000800', 'hex'),
  }
}

/** Writes files into a folder and gives back their paths. */
export async function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>) {
  await mkdir(folder, { recursive: true })
  const paths: string[] = []
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    await writeFile(path, content)
    paths.push(path)
  }
  return paths
}

/** A film of the matrix of which only the first part came. */
export async function cutShort(folder: string, name: Parameters<typeof mediaFile>[0], percent: number) {
  const whole = await readFile(await mediaFile(name))
  const path = join(folder, `${name}-${percent}.${name.slice(0, 3)}`)
  await writeFile(path, whole)
  await truncate(path, Math.floor((whole.byteLength * percent) / 100))
  return path
}

/** Small files that want much: pixels, streams. Made by ffmpeg, refused by our limits. */
export async function bombs(folder: string): Promise<Readonly<Record<'picture' | 'pixels' | 'streams', string>>> {
  const make = async (name: string, args: readonly string[]) => {
    const path = join(folder, name)
    await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args, path])
    return path
  }
  const black = ['-f', 'lavfi', '-i', 'color=black:s=8192x8192:r=25']
  const manySounds = Array.from({ length: 1000 }, () => ['-map', '0']).flat()
  return {
    picture: await make('picture.mp4', [...black, '-frames:v', '1', '-c:v', 'png', '-f', 'image2']),
    pixels: await make('pixels.mp4', [...black, '-frames:v', '3', '-c:v', 'libx264', '-preset', 'ultrafast']),
    streams: await make('streams.mov', ['-f', 'lavfi', '-i', 'sine=d=0.1', ...manySounds, '-c:a', 'pcm_s16le']),
  }
}
