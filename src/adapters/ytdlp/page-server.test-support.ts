import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A small web site on loopback: pages that show a film in several ways, and the films. */
export interface PageServer extends AsyncDisposable {
  readonly origin: string
  readonly host: string
  /** Paths with their queries, in the order in which they were asked for. */
  readonly asked: string[]
  /** Pages and answers of a single test, by path. */
  readonly answers: Map<string, Answer>
  /** Told the headers of every request. */
  heard: (headers: IncomingMessage['headers']) => void
  /** A file that it serves. */
  file(name: string): Promise<Buffer>
}

export type Answer =
  | { readonly html: string }
  | { readonly m3u8: string }
  | { readonly text: string }
  | { readonly redirect: string }
  | { readonly status: number }
  /** The film, in pieces of 4 KiB with a pause after each. */
  | { readonly slowly: string; readonly pauseMs: number }

const run = promisify(execFile)
const ffmpeg = (...options: readonly string[]) => run('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...options])
const page = (title: string, body: string, head = '') => ({
  html: `<html><head><title>${title}</title>${head}</head><body>${body}</body></html>`,
})

const HLS = ['-f', 'hls', '-hls_time', '1', '-hls_playlist_type', 'vod']

async function makeFilms(at: (name: string) => string): Promise<void> {
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25:d=6', '-f', 'lavfi', '-i', 'sine=f=440:d=6']
  const encoded = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-g',
    '25',
    '-b:v',
    '600k',
    '-threads',
    '1',
    '-c:a',
    'aac',
  ]
  await ffmpeg(...source, ...encoded, '-movflags', '+faststart', at('clip.mp4'))
  await ffmpeg('-i', at('clip.mp4'), '-c', 'copy', ...HLS, '-hls_segment_filename', at('s%d.ts'), at('muxed.m3u8'))
  await ffmpeg(
    '-i',
    at('clip.mp4'),
    '-map',
    '0:v',
    '-c',
    'copy',
    ...HLS,
    '-hls_segment_filename',
    at('v%d.ts'),
    at('v.m3u8'),
  )
  await ffmpeg(
    '-i',
    at('clip.mp4'),
    '-map',
    '0:a',
    '-c',
    'copy',
    ...HLS,
    '-hls_segment_filename',
    at('a%d.ts'),
    at('a.m3u8'),
  )
}

export async function startPageServer(): Promise<PageServer> {
  const folder = await mkdtemp(join(tmpdir(), 'telereel-pages-'))
  const at = (name: string) => join(folder, name)
  await makeFilms(at)
  const asked: string[] = []
  const answers = new Map<string, Answer>(PAGES)
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    site.heard(request.headers)
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    const answer = answers.get(path)
    const done =
      answer === undefined ? sendFile(at(path.slice(1)), request, response) : send(answer, at, request, response)
    done.catch(() => response.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const site: PageServer = {
    origin: `http://${host}`,
    host,
    asked,
    answers,
    heard: () => {},
    file: (name) => readFile(at(name)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return site
}

const PAGES: readonly (readonly [string, Answer])[] = [
  ['/video.html', page('A film', '<video src="/clip.mp4"></video>')],
  [
    '/og.html',
    page('x', '', '<meta property="og:title" content="An og film"><meta property="og:video" content="/clip.mp4">'),
  ],
  ['/muxed.html', page('A stream', '<video><source src="/muxed.m3u8" type="application/x-mpegURL"></video>')],
  ['/apart.html', page('Sound apart', '<video><source src="/apart.m3u8" type="application/x-mpegURL"></video>')],
  [
    '/apart.m3u8',
    {
      m3u8: `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Deutsch",LANGUAGE="de",DEFAULT=YES,URI="a.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=320x180,CODECS="avc1.64000d,mp4a.40.2",AUDIO="a"
v.m3u8`,
    },
  ],
  ['/two.html', page('Two films', '<video src="/clip.mp4"></video><video src="/clip.mp4?second"></video>')],
  ['/nothing.html', page('Words', '<p>No film here.</p>')],
  ['/picture.html', page('A picture', '<video src="/words.mp4"></video>')],
  ['/words.mp4', { html: 'These are words and no film at all.'.repeat(100) }],
]

async function send(answer: Answer, at: (name: string) => string, request: IncomingMessage, response: ServerResponse) {
  if ('redirect' in answer) return void response.writeHead(302, { location: answer.redirect }).end()
  if ('status' in answer) return void response.writeHead(answer.status).end('no')
  if ('text' in answer) return void response.writeHead(200, { 'content-type': 'text/plain' }).end(answer.text)
  if ('slowly' in answer) return sendSlowly(at(answer.slowly), answer.pauseMs, request, response)
  const [type, text] =
    'html' in answer ? ['text/html', answer.html] : ['application/vnd.apple.mpegurl', `#EXTM3U\n${answer.m3u8}\n`]
  response.writeHead(200, { 'content-type': type }).end(text)
}

const TYPES: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  ts: 'video/mp2t',
  m3u8: 'application/vnd.apple.mpegurl',
}

async function sendFile(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const found = await stat(path).catch(() => null)
  if (found === null) return void response.writeHead(404).end('not found')
  const type = TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
  const [first, last] = rangeOf(request, found.size)
  const head = { 'content-type': type, 'accept-ranges': 'bytes', 'content-length': last - first + 1 }
  const range = { 'content-range': `bytes ${first}-${last}/${found.size}` }
  if (request.headers.range === undefined) response.writeHead(200, head)
  else response.writeHead(206, { ...head, ...range })
  createReadStream(path, { start: first, end: last }).pipe(response)
}

function rangeOf({ headers }: IncomingMessage, byteLength: number): [number, number] {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
  return [Number(first ?? 0), Math.min(byteLength - 1, Number(last || byteLength - 1))]
}

async function sendSlowly(
  path: string,
  pauseMs: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const bytes = await readFile(path)
  const [first, last] = rangeOf(request, bytes.byteLength)
  response.writeHead(request.headers.range === undefined ? 200 : 206, {
    'content-type': 'video/mp4',
    'accept-ranges': 'bytes',
    'content-length': last - first + 1,
    ...(request.headers.range === undefined ? {} : { 'content-range': `bytes ${first}-${last}/${bytes.byteLength}` }),
  })
  for (let at = first; at <= last && !response.destroyed; at += 4096) {
    response.write(bytes.subarray(at, Math.min(last + 1, at + 4096)))
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  response.end()
}
