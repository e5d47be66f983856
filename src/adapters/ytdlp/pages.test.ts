import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { DiskCookieFiles } from '#adapters/disk/disk-cookie-files.ts'
import { findFfmpegTools } from '#adapters/ffmpeg/ffmpeg-tools.ts'
import { joinTracks as joinWithFfmpeg } from '#adapters/ffmpeg/join-tracks.ts'
import { NO_IDENTITY, PLAIN_CHOICE } from '#domain/download.ts'
import type { JoinTracks } from './download-page.ts'
import { type PageServer, startPageServer } from './page-server.test-support.ts'
import { answeringProxy, recordingProxy } from './recording-proxy.test-support.ts'
import { openPageToolLab, type PageToolLab } from './ytdlp.test-support.ts'

const run = promisify(execFile)
// Each run of yt-dlp takes a second of a processor, more on a machine that does other things.
vi.setConfig({ testTimeout: 90_000 })

let site: PageServer
let lab: PageToolLab
let proxied: string[]

beforeAll(async () => {
  site = await startPageServer()
})
afterAll(() => site[Symbol.asyncDispose]())

beforeEach(async () => {
  proxied = []
  site.asked.length = 0
  lab = await openPageToolLab({ startProxy: recordingProxy(proxied) })
})
afterEach(() => lab[Symbol.asyncDispose]())

const at = (path: string) => `${site.origin}${path}`

/** The bytes of a stream are those of its segments, one after another. */
async function segments(prefix: string): Promise<Buffer> {
  const list = (await site.file(`${prefix === 's' ? 'muxed' : prefix}.m3u8`)).toString()
  const names = list.split('\n').filter((line) => line.endsWith('.ts'))
  return Buffer.concat(await Promise.all(names.map((name) => site.file(name))))
}

const joinTracks: JoinTracks = async (files, signal) => joinWithFfmpeg(await findFfmpegTools({}), files, signal)

describe('looking at a page', () => {
  it('tells the title and the format of a film in the page', async () => {
    const info = await lab.tool.look(at('/video.html'), lab.look())
    expect(info).toMatchObject({ kind: 'page', url: at('/video.html'), isLive: false, entries: [], notes: [] })
    expect(info.title).toMatch(/^A film/)
    expect(info.formats).toMatchObject([{ id: '0', label: 'video (mp4)', hasVideo: true, hasAudio: true }])
    expect(site.asked).not.toContain('/clip.mp4')
  })

  it('tells the formats of a stream whose sound stands apart, and its languages', async () => {
    const info = await lab.tool.look(at('/apart.html'), lab.look())
    expect(info.formats.map(({ label, hasVideo, hasAudio }) => ({ label, hasVideo, hasAudio }))).toEqual([
      { label: '180p · H.264 · 500 kbit/s', hasVideo: true, hasAudio: false },
      { label: 'sound only · de', hasVideo: false, hasAudio: true },
    ])
    expect(info.audioLanguages).toEqual(['de'])
  })

  it('lists what a page with several films offers, each with an address of its own', async () => {
    const info = await lab.tool.look(at('/two.html'), lab.look())
    expect(info.title).toBe('Two films')
    expect(info.entries).toEqual([
      { number: 1, title: 'Two films (1)', url: at('/clip.mp4'), durationSec: null },
      { number: 2, title: 'Two films (2)', url: at('/clip.mp4?second'), durationSec: null },
    ])
  })

  it('says that there is no film', async () => {
    await expect(lab.tool.look(at('/nothing.html'), lab.look())).rejects.toMatchObject({
      code: 'page-refused',
      refusal: 'no-video',
      retry: 'never',
    })
  })

  it('says that the page is gone, and that the site does not answer', async () => {
    await expect(lab.tool.look(at('/never-there.html'), lab.look())).rejects.toMatchObject({ refusal: 'gone' })
    await expect(lab.tool.look('http://127.0.0.1:9/film', lab.look())).rejects.toMatchObject({
      code: 'remote-unreachable',
      retry: 'sometimes',
    })
  })

  it('is over soon after it was called off', async () => {
    const abort = new AbortController()
    site.answers.set('/slow.html', { slowly: 'clip.mp4', pauseMs: 5000 })
    const look = lab.tool.look(at('/slow.html'), lab.look({ signal: abort.signal }))
    await expect.poll(() => site.asked, { timeout: 15_000 }).toContain('/slow.html')
    abort.abort(new Error('called off'))
    await expect(look).rejects.toThrow('called off')
    expect(await readdir(lab.workDir)).toEqual([])
  })
})

describe('downloading from a page', () => {
  it.each(['/video.html', '/og.html'])('gives exactly the bytes of the film: %s', async (path) => {
    const { byteLength, ...file } = await lab.tool.download(at(path), lab.download())
    expect(await readFile(file.path)).toEqual(await site.file('clip.mp4'))
    expect(byteLength).toBe((await site.file('clip.mp4')).byteLength)
    expect(lab.reports.at(-1)).toMatchObject({ bytes: byteLength, totalBytes: byteLength })
    expect(await readdir(lab.workDir)).toEqual([])
  })

  it('gives exactly the segments of a stream, several at once', async () => {
    const file = await lab.tool.download(at('/muxed.html'), lab.download())
    expect(await readFile(file.path)).toEqual(await segments('s'))
    expect(file.title).toMatch(/^A stream/)
  })

  it('joins picture and sound that stand apart', async () => {
    await using joining = await openPageToolLab({ startProxy: recordingProxy(proxied), joinTracks })
    const file = await joining.tool.download(at('/apart.html'), joining.download())
    const { stdout } = await run('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'stream=codec_name',
      '-of',
      'csv=p=0',
      file.path,
    ])
    expect(stdout.trim().split('\n')).toEqual(['h264', 'aac'])
    const names = await readdir(join(joining.folder, 'job'))
    expect(names).toEqual(['joined.mkv'])
    // Both parts are one download: what is done never falls.
    const done = joining.reports.map(({ bytes }) => bytes)
    expect(done).toEqual(done.toSorted((a, b) => a - b))
    expect(done.at(-1)).toBe((await segments('v')).byteLength + (await segments('a')).byteLength)
  })

  it('brings the subtitles that are wished for, beside the film', async () => {
    const vtt = 'WEBVTT\n\n00:00.000 --> 00:01.000\nHallo\n'
    site.answers.set('/de.vtt', { text: vtt })
    site.answers.set('/fr.ttml', { text: '<tt/>' })
    const track = (name: string, attribute = 'srclang', file = `${name}.vtt`) =>
      `<track kind="subtitles" ${attribute}="${name}" src="/${file}">`
    const tracks = [track('de'), track('en'), track('fr', 'srclang', 'fr.ttml'), track('Große (CC)', 'label', 'de.vtt')]
    site.answers.set('/subtitled.html', { html: `<video src="/clip.mp4">${tracks.join('')}</video>` })
    const info = await lab.tool.look(at('/subtitled.html'), lab.look())
    expect(info.subtitleLanguages).toEqual(['de', 'en', 'fr'])
    const file = await lab.tool.download(at('/subtitled.html'), lab.download())
    expect(file.subtitles).toMatchObject([
      { language: 'de', title: null, hearingImpaired: false },
      { language: 'und', title: 'Große (CC)', hearingImpaired: true },
    ])
    expect(await readFile(file.subtitles[0]?.path ?? '', 'utf8')).toBe(vtt)
    // One is not there, one of a kind that we do not know: the film comes all the same.
    expect(file.leftOut).toHaveLength(2)
    expect(file.leftOut.join()).toMatch(/fr are left out: .*ttml only.*en are left out: .*404/s)
    const choice = { ...PLAIN_CHOICE, subtitleLanguages: 'none' as const }
    expect(await lab.tool.download(at('/subtitled.html'), lab.download({ choice }))).toMatchObject({ subtitles: [] })
  })

  it('takes the sound alone when that is wished for', async () => {
    const file = await lab.tool.download(
      at('/apart.html'),
      lab.download({ choice: { ...PLAIN_CHOICE, quality: 'audio-only' } }),
    )
    expect(await readFile(file.path)).toEqual(await segments('a'))
  })

  it('takes the format that was chosen by its name', async () => {
    const { formats } = await lab.tool.look(at('/apart.html'), lab.look())
    const formatId = formats[0]?.id ?? ''
    const file = await lab.tool.download(at('/apart.html'), lab.download({ choice: { ...PLAIN_CHOICE, formatId } }))
    expect(await readFile(file.path)).toEqual(await segments('v'))
    const unknown = lab.tool.download(
      at('/apart.html'),
      lab.download({ choice: { ...PLAIN_CHOICE, formatId: 'none-such' } }),
    )
    await expect(unknown).rejects.toMatchObject({ refusal: 'no-video' })
  })

  it('takes the first of several films, and no more than one', async () => {
    const file = await lab.tool.download(at('/two.html'), lab.download())
    expect(await readFile(file.path)).toEqual(await site.file('clip.mp4'))
    expect(site.asked.filter((path) => path.startsWith('/clip.mp4'))).toHaveLength(1)
  })

  it('refuses what is no media by its first bytes, whatever it is called', async () => {
    await expect(lab.tool.download(at('/picture.html'), lab.download())).rejects.toMatchObject({ refusal: 'no-video' })
  })

  it.each([
    ['/video.html', 100_000],
    ['/muxed.html', 250_000],
  ])('stops at the largest size that is allowed: %s', async (path, maxBytes) => {
    const download = lab.tool.download(at(path), lab.download({ maxBytes }))
    await expect(download).rejects.toMatchObject({ code: 'page-refused', refusal: 'too-large' })
  })

  it('is an error when a segment is missing, and not a film with a hole', async () => {
    site.answers.set('/s2.ts', { status: 404 })
    try {
      const download = lab.tool.download(at('/muxed.html'), lab.download())
      await expect(download).rejects.toMatchObject({ code: 'remote-broken', why: expect.stringMatching(/404/) })
    } finally {
      site.answers.delete('/s2.ts')
    }
  })

  it('does not take what a live playlist lists at the moment for the whole', async () => {
    const m3u8 = '#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:17\n#EXTINF:2,\ns0.ts\n#EXTINF:2,\ns1.ts'
    site.answers.set('/live.m3u8', { m3u8 })
    site.answers.set('/live.html', { html: '<video><source src="/live.m3u8" type="application/x-mpegURL"></video>' })
    const download = lab.tool.download(at('/live.html'), lab.download())
    await expect(download).rejects.toMatchObject({ code: 'page-refused', message: 'The broadcast still goes on.' })
  })

  it('names DRM, a server that asks for patience, and one that refuses', async () => {
    const key = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"'
    site.answers.set('/drm.m3u8', { m3u8: `#EXT-X-TARGETDURATION:2\n${key}\n#EXTINF:2,\ns1.ts\n#EXT-X-ENDLIST` })
    site.answers.set('/drm.html', { html: '<video><source src="/drm.m3u8" type="application/x-mpegURL"></video>' })
    site.answers.set('/busy.html', { status: 429 })
    site.answers.set('/no.html', { status: 403 })
    await expect(lab.tool.look(at('/drm.html'), lab.look())).rejects.toMatchObject({ refusal: 'drm', retry: 'never' })
    await expect(lab.tool.look(at('/busy.html'), lab.look())).rejects.toMatchObject({ status: 429, retry: 'sometimes' })
    await expect(lab.tool.look(at('/no.html'), lab.look())).rejects.toMatchObject({ refusal: 'other' })
  })

  it('ends the tool and all its children when it is called off', async () => {
    const abort = new AbortController()
    site.answers.set('/slow.mp4', { slowly: 'clip.mp4', pauseMs: 300 })
    site.answers.set('/slow-film.html', { html: '<video src="/slow.mp4"></video>' })
    const download = lab.tool.download(at('/slow-film.html'), lab.download({ signal: abort.signal }))
    await expect.poll(() => lab.reports.length, { timeout: 15_000 }).toBeGreaterThan(0)
    abort.abort(new Error('called off'))
    await expect(download).rejects.toThrow('called off')
    const { stdout } = await run('ps', ['-eo', 'args'])
    expect(stdout).not.toContain(site.host)
    // And what it left is no hindrance to the next attempt.
    site.answers.delete('/slow.mp4')
    site.answers.set('/slow-film.html', { html: '<video src="/clip.mp4"></video>' })
    const file = await lab.tool.download(at('/slow-film.html'), lab.download())
    expect(await readFile(file.path)).toEqual(await site.file('clip.mp4'))
  })

  it('shows no secret and no query in its log', async () => {
    await lab.tool.download(`${at('/video.html')}?token=verysecret`, lab.download())
    expect(lab.logged.length).toBeGreaterThan(3)
    expect(lab.logged.join('\n')).not.toMatch(/verysecret|secret-of-the-proxy/)
  })
})

describe('who asks', () => {
  it('has the cookies of the site, and nobody keeps them', async () => {
    const text = '# telereel-domain: films.test\n.films.test\tTRUE\t/\tFALSE\t2000000000\tsession\tthe-cookie-value\n'
    await writeFile(join(lab.cookiesDir, 'mine.txt'), text, { mode: 0o600 })
    const seen: string[] = []
    const identity = { ...NO_IDENTITY, cookies: 'mine' }
    await using named = await openPageToolLab({
      startProxy: answeringProxy(seen),
      cookieFiles: new DiskCookieFiles(lab.cookiesDir),
    })
    const info = await named.tool.look('http://www.films.test/film', named.look({ identity }))
    expect(info.notes).toEqual(['With the cookies mine, from today.'])
    expect(seen).toContainEqual('session=the-cookie-value')
    const file = await named.tool.download('http://www.films.test/film', named.download({ identity }))
    expect(file.byteLength).toBeGreaterThan(0)
    expect(named.logged.join('\n')).not.toContain('the-cookie-value')
    expect(await readdir(named.workDir)).toEqual([])
    expect(await readFile(join(lab.cookiesDir, 'mine.txt'), 'utf8')).toBe(text)
    await expect(named.tool.look('http://other.test/', named.look({ identity }))).rejects.toMatchObject({
      code: 'invalid-input',
    })
  })

  it('may say a referer and a user agent; other headers could be secrets and stay here', async () => {
    const heard: Record<string, unknown>[] = []
    site.heard = (headers) => void heard.push(headers)
    const headers = { Referer: 'https://ref.test/\u0007x', 'user-agent': '--exec evil', Authorization: 'Bearer secret' }
    await lab.tool.look(at('/video.html'), lab.look({ identity: { ...NO_IDENTITY, headers } }))
    expect(heard[0]).toMatchObject({ referer: 'https://ref.test/ x', 'user-agent': '--exec evil' })
    expect(JSON.stringify(heard)).not.toContain('Bearer')
  })
})

describe('what an earlier attempt left', () => {
  it('is never taken for a part of the film', async () => {
    const folder = join(lab.folder, 'job')
    await mkdir(folder)
    const wrong = Buffer.alloc(50_000, 7)
    for (const name of ['src.mp4.part', 'src.mp4', 'src.ts.part']) await writeFile(join(folder, name), wrong)
    await writeFile(join(folder, 'src.mp4.ytdl'), '{"downloader":{"current_fragment":{"index":3}}}')
    const stream = await lab.tool.download(at('/muxed.html'), lab.download())
    expect(await readFile(stream.path)).toEqual(await segments('s'))
    await rename(stream.path, join(folder, 'src.mp4.part'))
    const film = await lab.tool.download(at('/video.html'), lab.download())
    expect(await readFile(film.path)).toEqual(await site.file('clip.mp4'))
    expect(existsSync(join(folder, 'src.mp4.ytdl'))).toBe(false)
  })
})

describe('the way out', () => {
  it('is the proxy alone: the site sees what went through it and nothing else', async () => {
    for (const path of ['/video.html', '/apart.html']) await lab.tool.look(at(path), lab.look())
    for (const path of ['/video.html', '/muxed.html']) await lab.tool.download(at(path), lab.download())
    expect(proxied.length).toBeGreaterThan(8)
    expect(proxied.map((url) => url.replace(site.origin, '')).toSorted()).toEqual(site.asked.toSorted())
  })
})
