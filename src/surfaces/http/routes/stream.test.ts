import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FILM_ID, type TestFilm } from '#features/playback/film.test-support.ts'
import { realFilm } from '#features/playback/real-film.test-support.ts'
import { mediaFolder, words } from '#lib/containers/iso-bmff/media.test-support.ts'
import { type Answer, startServer, type TestServer } from '../http.test-support.ts'

const SECONDS = 12
const PATH = `/api/stream/${FILM_ID}`
const media = mediaFolder()
let source: string
let film: TestFilm
let server: TestServer
let whole: Answer
beforeAll(async () => {
  const pictures = `-f lavfi -i testsrc2=s=320x180:r=25:d=${SECONDS},format=yuv420p`
  const sound = `-f lavfi -i sine=d=${SECONDS}:r=48000 -f lavfi -i sine=440:d=${SECONDS}:r=48000 -map 0 -map 1 -map 2`
  source = media.make('film.mp4', `${pictures} ${sound} -c:v libx264 -preset veryfast -g 25 -bf 3 -c:a aac -ac 2`)
  film = await realFilm(source)
  film.video = { ...film.video, title: 'Ein schöner "Film"' }
  server = await startServer(film)
  whole = await server.ask(PATH)
}, 60_000)
afterAll(async () => {
  await server.close()
  media[Symbol.dispose]()
})

describe('GET /api/stream/{id}', () => {
  it('is one file under the title of the video', () => {
    expect(whole.status).toBe(200)
    expect(whole.headers).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': String(whole.body.length),
      'accept-ranges': 'bytes',
      'content-disposition': `inline; filename="Ein schoner _Film_.mp4"; filename*=UTF-8''Ein%20sch%C3%B6ner%20_Film_.mp4`,
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
    })
  })

  it('answers ranges, conditions and HEAD exactly', async () => {
    const { etag = '' } = whole.headers
    const last = whole.body.length - 1
    const ask = (headers: Record<string, string>, method = 'GET') => server.ask(PATH, { method, headers })
    for (const [range, first, end] of [
      ['bytes=0-0', 0, 0],
      ['bytes=100-99999', 100, 99_999],
      ['bytes=54321-', 54_321, last],
      ['bytes=-777', last - 776, last],
    ] as const) {
      const part = await ask({ range, 'if-range': etag })
      expect([part.status, part.headers['content-range']]).toEqual([206, `bytes ${first}-${end}/${last + 1}`])
      expect(part.body.equals(whole.body.subarray(first, end + 1))).toBe(true)
    }
    expect((await ask({ range: 'bytes=0-9', 'if-range': '"older"' })).status).toBe(200)
    expect((await ask({ range: `bytes=${last + 1}-` })).headers['content-range']).toBe(`bytes */${last + 1}`)
    expect((await ask({ 'if-none-match': etag })).status).toBe(304)
    expect((await ask({ 'if-match': '"older"' })).status).toBe(412)
    const head = await ask({}, 'HEAD')
    expect([head.status, head.headers.etag, head.headers['content-length'], head.body.length]).toEqual([
      ...[200, etag, String(last + 1), 0],
    ])
  })

  it('is the same file from another server', async () => {
    await using other = await startServer(film)
    const { headers, body } = await other.ask(PATH)
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    expect([headers.etag, sha256(body)]).toEqual([whole.headers.etag, sha256(whole.body)])
  })

  it('is not found, or not yet there', async () => {
    expect((await server.ask('/api/stream/nobody00')).status).toBe(404)
    const unfinished = await realFilm(source)
    unfinished.video = { ...unfinished.video, state: 'ingesting' }
    await using other = await startServer(unfinished)
    const { status, body } = await other.ask(PATH)
    expect([status, JSON.parse(body.toString()).code]).toEqual([409, 'conflict'])
    unfinished.video = { ...unfinished.video, state: 'failed' }
    other.emit({ kind: 'video-changed', videoId: FILM_ID })
    const failed = await other.ask(PATH)
    expect([failed.status, JSON.parse(failed.body.toString()).fix]).toEqual([
      409,
      expect.stringMatching(/^Try it again/),
    ])
  })
})

describe('the whole file in players', () => {
  const said = async (command: string, args: string): Promise<string> => {
    const child = spawn(command, words(args), { stdio: ['ignore', 'pipe', 'pipe'] })
    const text: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => text.push(chunk))
    const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject))
    return `${Buffer.concat(text)}${code === 0 ? '' : `\nexit ${code}`}`.trim()
  }

  it('has the length, the tracks and every picture and sound of the film for ffmpeg', async () => {
    const url = `${server.url}${PATH}`
    expect(await said('ffmpeg', `-nostdin -v warning -i ${url} -map 0 -f null -`)).toBe('')
    const entries = 'stream=codec_type:stream_tags=language:stream_disposition=default:format=duration'
    const told = JSON.parse(await said('ffprobe', `-v warning -show_entries ${entries} -of json ${url}`))
    expect(Number(told.format.duration)).toBeCloseTo(SECONDS, 0)
    expect(told.streams.map((one: { readonly tags: { readonly language: string } }) => one.tags.language)).toEqual([
      ...['und', 'eng', 'deu'],
    ])
    expect(
      told.streams.map((one: { readonly disposition: { readonly default: number } }) => one.disposition.default),
    ).toEqual([1, 1, 0])
    const pictures = (from: string) => said('ffmpeg', `-nostdin -v error -i ${from} -map 0:v -f md5 -`)
    expect(await pictures(url)).toBe(await pictures(source))
  })

  it.each([9.48, 5, 6, 0.52, 11.2])('shows the right picture after a jump to %s s', async (atSec) => {
    const pictureAt = async (from: string) => {
      const told = await said('ffmpeg', `-nostdin -v error -ss ${atSec} -i ${from} -map 0:v -frames:v 1 -f framemd5 -`)
      return told.split(/[,\s]+/).at(-1)
    }
    expect(await pictureAt(`${server.url}${PATH}`)).toBe(await pictureAt(source))
  })

  it('plays to its end in mpv', async () => {
    const silent = '--vo=null --ao=null --ao-null-untimed=yes --untimed --video-sync=display-desync'
    const told = await said('mpv', `--no-config ${silent} --msg-level=all=error ${server.url}${PATH}`)
    expect(told).toBe('')
  }, 60_000)

  it('plays in Chromium with its full length, and jumps', async () => {
    const args = ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--disable-gpu']
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args })
    try {
      const page = await browser.newPage()
      await page.setContent('<video muted></video>')
      const played = await page.evaluate(`new Promise((resolve, reject) => {
        const video = document.querySelector('video')
        video.onerror = () => reject(new Error(video.error.message))
        video.onended = () => resolve({ ended: video.ended, atSec: video.currentTime, ...seen })
        const seen = {}
        video.onseeked = () => {
          seen.jumpedTo = video.currentTime
          video.playbackRate = 4
          video.play()
        }
        video.onloadeddata = () => {
          Object.assign(seen, { durationSec: video.duration, width: video.videoWidth })
          video.currentTime = 6.2
        }
        video.src = ${JSON.stringify(server.url + PATH)}
      })`)
      expect(played).toMatchObject({ ended: true, width: 320, jumpedTo: 6.2 })
      const { durationSec, atSec } = played as { readonly durationSec: number; readonly atSec: number }
      expect(durationSec).toBeCloseTo(SECONDS, 0)
      expect(atSec).toBeCloseTo(durationSec, 1)
    } finally {
      await browser.close()
    }
  }, 60_000)
})
