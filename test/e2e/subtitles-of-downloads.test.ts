import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { realYtdlp } from '#adapters/ytdlp/ytdlp.test-support.ts'
import type { Download } from '#surfaces/http/contract/download.ts'
import { downloadByCli } from '../support/download-by-cli.ts'
import { resource } from '../support/origin/answer.ts'
import { type Origin, startOrigin } from '../support/origin/start-origin.ts'
import { multivariant } from '../support/origin/streams/multivariant.ts'
import { runTelereel } from '../support/run-telereel.ts'
import { type RunningServer, startServer } from '../support/start-server.ts'

let folder: string
let origin: Origin
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-subtitles-'))
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=rate=25:size=640x360', '-t', '20']
  execFileSync('ffmpeg', ['-v', 'error', ...picture, '-c:v', 'libx264', '-g', '25', join(folder, 'film.mp4')])
  // To be encoded, which takes longer than to fetch it.
  execFileSync('ffmpeg', ['-v', 'error', ...picture, '-c:v', 'mpeg4', '-f', 'mp4', join(folder, 'slow.mp4')])
})
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(async () => {
  origin = await startOrigin()
})
afterEach(() => origin[Symbol.asyncDispose]())

const env = () => ({ FETCH_ALLOW_HOSTS: origin.hostPort, RATE_LIMIT_DOWNLOAD: '1000/min', YTDLP_PATH: realYtdlp() })
const VTT = 'WEBVTT\n\n00:01.000 --> 00:02.000\nGuten Tag\n'

describe('subtitles of a page', () => {
  it('become tracks of its video; those that cannot be had or read are told', async () => {
    await using server = await startServer({ env: env() })
    const url = await page('film.mp4', [
      ['de', 'de.vtt', VTT],
      ['en-forced', 'en.srt', '1\n00:00:01,000 --> 00:00:02,000\nHello\n'],
      ['fr', 'fr.vtt', '<html>no subtitles</html>'],
      ['it', 'it.vtt', null],
      // For the tool a reason to give up all of it: languages are parts of file names.
      ['/../../odd', 'odd.vtt', VTT],
    ])
    const { id, videoId } = await downloaded(server, url)
    const video = await server.api.waitEnded(videoId)
    expect(video.state).toBe('active')
    expect(video.subtitles).toMatchObject([
      { language: 'de', forced: false },
      { language: 'en', forced: true },
    ])
    const notes = video.notes.join('\n')
    expect(notes).toMatch(/subtitles French are left out: No cue/)
    expect(notes).toMatch(/subtitles it are left out: .*404/)
    expect(await (await fetch(`${server.url}/subtitle/${videoId}/de.vtt`)).text()).toContain('Guten Tag')
    // It is active before its source is let go.
    const left = () => readdir(join(server.dataDir, 'downloads', id, 'page'))
    await expect.poll(left, { timeout: 20_000 }).toEqual([])
  })

  it('are not lost when the server is killed before they are attached, nor is the page downloaded again', async () => {
    await using first = await startServer({ env: env() })
    const url = await page('slow.mp4', [['de', 'de.vtt', VTT]])
    const { id, videoId } = await downloaded(first, url)
    await first.kill9()
    // As if it had struck just before the download was told to be done.
    const database = new DatabaseSync(join(first.dataDir, 'catalog.db'))
    database.prepare(`UPDATE jobs SET state = 'waiting', result = NULL WHERE id = ?`).run(id)
    database.close()
    expect(origin.journal.of('/slow.mp4').length).toBeGreaterThan(0)
    origin.journal.clear()
    await using second = await startServer({ env: env(), dataDir: first.dataDir })
    const video = await second.api.waitEnded(videoId)
    expect([video.state, video.subtitles.map(({ language }) => language)]).toEqual(['active', ['de']])
    expect((await untilDone(second, id)).result?.kind).toBe('page')
    expect(origin.requests).toEqual([])
    await second.stop()
  })
})

describe('subtitles beside a file', () => {
  it('of a page lie there as the page gives them', async () => {
    const url = await page('film.mp4', [
      ['de', 'de.vtt', VTT],
      ['it', 'it.vtt', null],
    ])
    const output = join(folder, 'page.mp4')
    const options = { dataDir: folder, output, allow: origin.hostPort, env: { YTDLP_PATH: realYtdlp() } }
    const { code, summary, stderr } = await downloadByCli(url, options)
    expect(code, stderr).toBe(0)
    expect(await readFile(join(folder, 'page.de.vtt'), 'utf8')).toBe(VTT)
    expect(summary?.notes.join()).toMatch(/it are left out: .*Subtitles lie beside it: page\.de\.vtt/)
  })

  it('of a stream lie there in time with it; sound that is a stream of its own is told', async () => {
    const { url, renditions } = await multivariant(origin)
    const output = join(folder, 'stream.mp4')
    const args = ['--container', 'original']
    const done = await downloadByCli(url, { dataDir: folder, output, allow: origin.hostPort, args })
    expect([done.code, done.sha256], done.stderr).toEqual([0, renditions.main.sha256])
    const notes = done.summary?.notes.join('\n')
    expect(notes).toContain('Not in the file: English, Deutsch.')
    expect(notes).toContain('Subtitles lie beside it: stream.en.vtt, stream.de.vtt.')
    const text = await readFile(join(folder, 'stream.de.vtt'), 'utf8')
    // The first picture is shown 80 ms after the zero of the stream.
    expect(text).toContain('00:00:02.120 --> 00:00:03.120\nGuten Tag 1\n')
    expect(text.match(/across the border/g)).toHaveLength(1)
  })

  it('are there once when the same film is downloaded into the same folder again', async () => {
    const { url } = await multivariant(origin)
    const places = { dataDir: folder, env: { FETCH_ALLOW_HOSTS: origin.hostPort } }
    const output = join(folder, 'films')
    const once = async () => {
      const { code, stderr, json } = await runTelereel(['download', '--json', url, '--output', `${output}/`], places)
      expect(code, stderr).toBe(0)
      expect(JSON.stringify(json())).toContain('multivariant.en.vtt, multivariant.de.vtt')
      return (await readdir(output)).sort()
    }
    expect(await once()).toEqual(['multivariant.de.vtt', 'multivariant.en.vtt', 'multivariant.mp4'])
    expect(await once()).toEqual(['multivariant.de.vtt', 'multivariant.en.vtt', 'multivariant.mp4'])
  })

  it('never take the place of what lies there already', async () => {
    const { url } = await multivariant(origin)
    const output = join(folder, 'mine.mp4')
    await writeFile(join(folder, 'mine.de.vtt'), 'corrected by hand')
    const args = ['--container', 'original']
    const done = await downloadByCli(url, { dataDir: folder, output, allow: origin.hostPort, args })
    expect([done.code, await readFile(join(folder, 'mine.de.vtt'), 'utf8')], done.stderr).toEqual([
      0,
      'corrected by hand',
    ])
    expect(done.summary?.notes.join()).toContain('mine.en.vtt, mine.de.2.vtt.')
    expect(await readFile(join(folder, 'mine.de.2.vtt'), 'utf8')).toContain('Guten Tag 1')
  })

  it('of the server are given like the file', async () => {
    await using server = await startServer({ env: env() })
    const { url } = await multivariant(origin)
    const title = '映'.repeat(90)
    const { id } = await downloaded(server, url, { target: 'file', title })
    const { result } = await untilDone(server, id)
    expect(result).toMatchObject({
      hasFile: true,
      subtitleFiles: [expect.stringMatching(/\.en\.vtt$/), expect.anything()],
    })
    const answer = await fetch(`${server.url}/api/downloads/${id}/subtitles/1`)
    expect(await answer.text()).toContain('Guten Tag 1')
  })

  it('are none when none are wished for', async () => {
    const { url } = await multivariant(origin)
    const output = join(folder, 'none.mp4')
    const args = ['--container', 'original', '--subtitles', 'none']
    const done = await downloadByCli(url, { dataDir: folder, output, allow: origin.hostPort, args })
    expect([done.code, await readdir(folder)]).toEqual([0, expect.not.arrayContaining(['none.de.vtt'])])
  })
})

describe('subtitles of a stream', () => {
  it('become tracks of its video, joined and in time', async () => {
    await using server = await startServer({ env: env() })
    const { url } = await multivariant(origin)
    const { videoId } = await downloaded(server, url)
    const { state, subtitles } = await server.api.waitEnded(videoId)
    expect([state, subtitles.map(({ language, title }) => `${language} ${title}`)]).toEqual([
      'active',
      ['en English', 'de Deutsch'],
    ])
    const text = await (await fetch(`${server.url}/subtitle/${videoId}/de.vtt`)).text()
    expect(text.match(/across the border/g)).toHaveLength(1)
    expect(text).toContain('Guten Tag 3')
  })

  it('that hold no text are left out and told', async () => {
    await using server = await startServer({ env: env() })
    const { url } = await multivariant(origin)
    for (const number of [0, 1, 2, 3]) {
      origin.put(`/multivariant/subtitles-de/piece-${number}.vtt`, resource(Buffer.from('<tt/>'), 'text/vtt'))
    }
    const { videoId } = await downloaded(server, url)
    const { subtitles, notes } = await server.api.waitEnded(videoId)
    expect(subtitles.map(({ language }) => language)).toEqual(['en'])
    expect(notes.join()).toContain('The subtitles Deutsch are left out')
  })

  it('are those that were wished for', async () => {
    await using server = await startServer({ env: env() })
    const { url } = await multivariant(origin)
    const { videoId } = await downloaded(server, url, { subtitles: ['de'] })
    const { subtitles } = await server.api.waitEnded(videoId)
    expect(subtitles.map(({ language }) => language)).toEqual(['de'])
  })
})

type Track = readonly [language: string, file: string, content: string | null]

async function page(film: string, tracks: readonly Track[]): Promise<string> {
  origin.put(`/${film}`, resource(await readFile(join(folder, film)), 'video/mp4', { etag: '"1"' }))
  for (const [, file, content] of tracks) {
    if (content !== null) origin.put(`/${file}`, resource(Buffer.from(content), 'text/plain'))
  }
  const elements = tracks.map(([language, file]) => `<track kind="subtitles" srclang="${language}" src="/${file}">`)
  const html = `<html><head><title>A film</title></head><body><video src="/${film}">${elements.join('')}</video></body></html>`
  return origin.put('/film.html', resource(Buffer.from(html), 'text/html'))
}

async function downloaded(server: RunningServer, url: string, wish: object = {}) {
  const headers = { origin: server.url, 'content-type': 'application/json' }
  const options = { method: 'POST', headers, body: JSON.stringify({ url, ...wish }) }
  const { jobId: id } = (await (await fetch(`${server.url}/api/download`, options)).json()) as { jobId: string }
  return { id, videoId: (await untilDone(server, id)).videoId ?? '' }
}

async function untilDone({ api }: RunningServer, id: string): Promise<Download> {
  for (;;) {
    const download = await api.get<Download>(`/api/download-status/${id}`)
    expect(download.failure).toBeNull()
    if (download.state === 'done') return download
    await sleep(30)
  }
}
