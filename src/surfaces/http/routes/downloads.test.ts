import { createHash } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PageRefusedError, RemoteRefusedError, SegmentMissingError } from '#domain/errors.ts'
import type { JobId, VideoId } from '#domain/ids.ts'
import type { RecordingGlance } from '#domain/recording.ts'
import { CookieFileList, Download, DownloadCount, DownloadList, DownloadLog, LinkInfo } from '../contract/download.ts'
import { Problem } from '../contract/problem.ts'
import { Status } from '../contract/status.ts'
import { DownloadServer, LINK, RESULT, until } from './downloads.test-support.ts'

const URL = 'https://films.test/show/a.m3u8?token=hush#part'
let downloads: DownloadServer
beforeEach(async () => {
  downloads = await DownloadServer.open()
})
afterEach(() => downloads[Symbol.asyncDispose]())

const status = async (id: JobId) => Download.parse(await downloads.json(`/api/download-status/${id}`))
const reaches = (id: JobId, state: string) => until(async () => (await status(id)).state === state)
const act = async (id: JobId, action: string) => (await downloads.send('POST', `/api/downloads/${id}/${action}`)).status

const GAP = { rendition: 'main', msn: 4, count: 1, startSec: 8, durationSec: 2, why: 'It is not there.' }
const RECORDED: RecordingGlance = {
  head: { title: 'A film', url: URL, live: false, renditions: [], targetDurationSec: 2, durationSec: 20 },
  hasMedia: true,
}

describe('asking what stands at an address', () => {
  it('answers as the contract says, and nobody keeps it', async () => {
    const identity = { headers: { Referer: 'https://a.test/' }, hosts: ['cdn.test'], cookies: 'mine' }
    const { status, body, headers } = await downloads.send('POST', '/api/video-info', { url: ` ${URL} `, identity })
    expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(LinkInfo.parse(JSON.parse(body.toString()))).toEqual(LINK)
    expect(downloads.asked).toEqual([{ url: URL, identity }])
  })

  it.each([
    ['nothing to see', 400, 'invalid-input'],
    ['ftp://films.test/a', 422, 'address-refused'],
    ['file:///etc/passwd', 422, 'address-refused'],
    ['https://me:secret@films.test/', 422, 'address-refused'],
    ['', 400, 'invalid-input'],
  ])('refuses %s', async (url, code, why) => {
    for (const path of ['/api/video-info', '/api/download']) {
      const { status, body } = await downloads.send('POST', path, { url })
      expect([status, Problem.parse(JSON.parse(body.toString())).code]).toEqual([code, why])
    }
    expect(downloads.asked).toEqual([])
    expect(await downloads.jobs.list()).toEqual([])
  })

  it('says in words why there is nothing to have, and which cause it is', async () => {
    downloads.link = new PageRefusedError('The page wants a login.', 'login-needed', { fix: 'Give it cookies.' })
    const refused = await downloads.send('POST', '/api/video-info', { url: URL })
    expect(refused.status).toBe(422)
    expect(JSON.parse(refused.body.toString())).toMatchObject({
      code: 'page-refused.login-needed',
      fix: 'Give it cookies.',
    })
    downloads.link = new RemoteRefusedError('The server says 403.', 403)
    const remote = await downloads.send('POST', '/api/video-info', { url: URL })
    expect([remote.status, JSON.parse(remote.body.toString()).code]).toEqual([502, 'remote-refused.403'])
    expect(downloads.server.events.filter(({ kind }) => kind === 'note')).toEqual([])
  })

  it('refuses more headers than anybody sends', async () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, number) => [`x-${number}`, '1']))
    const ask = (headers: object) => downloads.send('POST', '/api/video-info', { url: URL, identity: { headers } })
    expect((await ask(many(50))).status).toBe(200)
    expect((await ask(many(51))).status).toBe(400)
  })

  it('refuses headers that would break out of their line', async () => {
    for (const headers of [{ 'X-A': 'a\r\nHost: b' }, { 'X A': 'a' }, { 'X-Ä': 'a' }]) {
      const identity = { headers }
      expect((await downloads.send('POST', '/api/video-info', { url: URL, identity })).status).toBe(400)
    }
  })
})

describe('a download', () => {
  it('begins at once and is told whole to whoever runs it', async () => {
    const order = {
      ...{ url: URL, target: 'file', container: 'mp4', title: 'Mine', quality: 720, audioLanguages: ['de'] },
      ...{ subtitles: 'none', formatId: 'f1', entries: [2], allowGaps: true, liveFrom: 'edge', maxDurationSec: 60 },
      ...{ identity: { headers: { Cookie: 'sid=hush' } }, priority: 5 },
    }
    const { status: code, headers, body } = await downloads.send('POST', '/api/download', order)
    const { jobId } = JSON.parse(body.toString())
    expect([code, headers.location]).toEqual([202, `/api/download-status/${jobId}`])
    expect(await downloads.jobs.job(jobId)).toMatchObject({
      priority: 5,
      payload: {
        request: {
          ...{ url: URL, target: 'file', container: 'mp4', title: 'Mine', allowGaps: true },
          choice: { quality: 720, audioLanguages: ['de'], subtitleLanguages: 'none', formatId: 'f1', entries: [2] },
          identity: { headers: { Cookie: 'sid=hush' }, hosts: [] },
          live: { from: 'edge', maxDurationSec: 60 },
        },
      },
    })
  })

  it('is shown without what may be secret', async () => {
    const identity = {
      headers: { Cookie: 'sid=hush', Authorization: 'Bearer hush' },
      proxy: 'http://u:hush@proxy.test',
    }
    const id = await downloads.order({ url: URL, identity })
    const listed = await downloads.json('/api/downloads')
    expect(DownloadList.parse(listed).downloads).toMatchObject([
      { jobId: id, url: 'https://films.test/show/a.m3u8', title: null, state: 'waiting', priority: 0, videoId: null },
    ])
    for (const shown of [listed, await status(id), await downloads.json('/api/jobs')])
      expect(JSON.stringify(shown)).not.toContain('hush')
  })

  it('tells how far it is, what it fills and what came of it', async () => {
    const id = await downloads.order({ url: URL })
    const gate = Promise.withResolvers<void>()
    downloads.work(async () => {
      await gate.promise
      return { ...RESULT, state: 'gaps', videoId: 'film_0001' as VideoId, entries: [{ url: URL, title: 'One' }] }
    })
    await reaches(id, 'running')
    gate.resolve()
    await reaches(id, 'done')
    expect(await status(id)).toMatchObject({
      ...{ title: 'A film', videoId: 'film_0001' },
      result: { state: 'gaps', hasFile: false, entries: [{ url: 'https://films.test/show/a.m3u8', title: 'One' }] },
    })
    expect(await downloads.json('/api/jobs')).toMatchObject({ jobs: [{ name: 'download', videoId: 'film_0001' }] })
  })

  it('is paused, goes on, is finished, cancelled, tried again, ranked and forgotten', async () => {
    const running = await downloads.order({ url: URL })
    downloads.work(async (_request, { signal, finishing }) => {
      await new Promise<void>((resolve) =>
        AbortSignal.any([signal, finishing]).addEventListener('abort', () => resolve()),
      )
      signal.throwIfAborted()
      return RESULT
    })
    await reaches(running, 'running')
    expect(await act(running, 'pause')).toBe(204)
    await reaches(running, 'paused')
    expect((await downloads.send('DELETE', `/api/downloads/${running}`)).status).toBe(409)
    expect(await act(running, 'resume')).toBe(204)
    await reaches(running, 'running')
    expect(await act(running, 'finish')).toBe(204)
    await reaches(running, 'done')
    expect(await act(running, 'retry')).toBe(409)
    expect(await act(running, 'finish')).toBe(409)

    const other = await downloads.order({ url: URL })
    await reaches(other, 'running')
    expect(await act(other, 'cancel')).toBe(204)
    await reaches(other, 'cancelled')
    expect(await act(other, 'retry')).toBe(204)
    await reaches(other, 'running')
    const { body } = await downloads.send('PATCH', `/api/downloads/${other}`, { priority: 9 })
    expect(Download.parse(JSON.parse(body.toString())).priority).toBe(9)

    expect((await downloads.send('DELETE', `/api/downloads/${running}`)).status).toBe(204)
    expect((await downloads.server.ask(`/api/download-status/${running}`)).status).toBe(404)
  })

  it('is ended with what there is, although it does not run, and tried again with gaps allowed', async () => {
    const seen: [boolean, boolean][] = []
    downloads.work(async ({ allowGaps }, { finishing }) => {
      seen.push([allowGaps, finishing.aborted])
      if (!allowGaps && !finishing.aborted) throw new SegmentMissingError('Segment 4 is missing.')
      return { ...RESULT, state: 'gaps', gaps: [GAP] }
    })
    const [ended, retried] = [await downloads.order({ url: URL }), await downloads.order({ url: URL })]
    for (const id of [ended, retried]) await reaches(id, 'failed')
    const refused = await downloads.send('POST', `/api/downloads/${ended}/finish`)
    expect([refused.status, Problem.parse(JSON.parse(refused.body.toString())).why]).toEqual([
      409,
      expect.stringMatching(/nothing of a stream is recorded/),
    ])
    downloads.recorded = RECORDED
    expect(await act(ended, 'finish')).toBe(204)
    await reaches(ended, 'done')
    expect((await downloads.send('POST', `/api/downloads/${retried}/retry`, { allowGaps: 'yes' })).status).toBe(400)
    expect((await downloads.send('POST', `/api/downloads/${retried}/retry`, { allowGaps: true })).status).toBe(204)
    await reaches(retried, 'done')
    expect(seen.slice(2)).toEqual([
      [false, true],
      [true, false],
    ])
    // It ended with gaps: they may be asked for once more.
    expect(await act(ended, 'retry')).toBe(204)
    await reaches(ended, 'failed')
    downloads.recorded = null
    expect(await act(retried, 'retry')).toBe(409)
  })

  it('is retried or forgotten together with all others that failed or ended', async () => {
    let healthy = false
    downloads.work(async () => {
      if (!healthy) throw new PageRefusedError('Gone.', 'gone')
      return RESULT
    })
    const ids = [await downloads.order({ url: URL }), await downloads.order({ url: URL })]
    for (const id of ids) await reaches(id, 'failed')
    expect((await status(ids[0] as JobId)).failure?.code).toBe('page-refused.gone')
    const paused = await downloads.order({ url: URL, priority: -1 })
    await downloads.jobs.pause(paused).catch(() => {})
    healthy = true
    const count = async (method: string, path: string) =>
      DownloadCount.parse(JSON.parse((await downloads.send(method, path)).body.toString())).count
    expect(await count('POST', '/api/downloads/retry-failed')).toBeGreaterThanOrEqual(2)
    for (const id of ids) await reaches(id, 'done')
    const left = await downloads.order({ url: URL })
    await reaches(left, 'done')
    const before = DownloadList.parse(await downloads.json('/api/downloads')).downloads
    const ended = before.filter(({ state }) => state !== 'paused')
    expect(await count('DELETE', '/api/downloads')).toBe(ended.length)
    expect(DownloadList.parse(await downloads.json('/api/downloads')).downloads).toHaveLength(
      before.length - ended.length,
    )
  })

  it('is not found under the id of another kind of job, or of none', async () => {
    const { id } = await downloads.jobs.add('ingest-video', { videoId: 'film_0001' as VideoId })
    for (const path of [`/api/download-status/${id}`, `/api/downloads/${id}/log`, `/api/downloads/${id}/file`])
      expect((await downloads.server.ask(path)).status).toBe(404)
    expect(await act(id, 'cancel')).toBe(404)
    expect((await downloads.jobs.job(id)).state).toBe('waiting')
    expect((await downloads.server.ask('/api/download-status/nobody')).status).toBe(404)
  })

  it('tells what it did, line by line, from where the reader was', async () => {
    const id = await downloads.order({ url: URL })
    for (const number of [1, 2, 3])
      downloads.lines.push({ number, at: new Date(number), level: 'info', text: `line ${number}` })
    const all = DownloadLog.parse(await downloads.json(`/api/downloads/${id}/log`))
    expect(all.lines.map(({ text }) => text)).toEqual(['line 1', 'line 2', 'line 3'])
    const rest = DownloadLog.parse(await downloads.json(`/api/downloads/${id}/log?after=2`))
    expect(rest.lines).toEqual([{ number: 3, at: new Date(3).toISOString(), level: 'info', text: 'line 3' }])
  })

  it('is told in the live feed as a download, and that it was forgotten', async () => {
    const messages: { readonly kind: string }[] = []
    const socket = connect(downloads.server.port, '127.0.0.1').on('error', () => {})
    socket.on('data', (chunk) => {
      for (const [, data] of String(chunk).matchAll(/^data: (.*)$/gm)) messages.push(JSON.parse(data ?? ''))
    })
    socket.write('GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    await until(async () => messages.length > 0)
    const id = await downloads.order({ url: URL })
    downloads.server.emit({ kind: 'job-changed', job: await downloads.jobs.job(id) })
    await until(async () => messages.length > 1)
    downloads.server.emit({ kind: 'job-removed', jobId: id })
    await until(async () => messages.length > 2)
    socket.destroy()
    expect(messages.slice(1)).toMatchObject([
      { kind: 'download', download: { jobId: id, url: 'https://films.test/show/a.m3u8' } },
      { kind: 'job-removed', jobId: id },
    ])
    expect(JSON.stringify(messages)).not.toContain('hush')
  })
})

describe('the file of a download', () => {
  const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, at) => (at * at) % 251))
  const sha256 = createHash('sha256').update(bytes).digest('hex')

  async function finished(): Promise<{ readonly path: string; readonly url: string }> {
    const path = join(downloads.dir, 'Ein schöner Film.mp4')
    await writeFile(path, bytes)
    const id = await downloads.order({ url: URL, target: 'file' })
    downloads.work(async () => ({ ...RESULT, path, sha256, byteLength: bytes.length }))
    await reaches(id, 'done')
    return { path, url: `/api/downloads/${id}/file` }
  }

  it('comes as an attachment, whole or in exact ranges, under its name', async () => {
    const { url } = await finished()
    const whole = await downloads.server.ask(url)
    expect(whole.status).toBe(200)
    expect(whole.body.equals(bytes)).toBe(true)
    expect(whole.headers).toMatchObject({
      'content-disposition': `attachment; filename="Ein schoner Film.mp4"; filename*=UTF-8''Ein%20sch%C3%B6ner%20Film.mp4`,
      'accept-ranges': 'bytes',
      etag: `"${sha256}"`,
      'x-content-type-options': 'nosniff',
    })
    const part = await downloads.server.ask(url, {
      headers: { range: 'bytes=300000-599999', 'if-range': `"${sha256}"` },
    })
    expect([part.status, part.headers['content-range']]).toEqual([206, 'bytes 300000-599999/700000'])
    expect(part.body.equals(bytes.subarray(300_000, 600_000))).toBe(true)
    const changed = await downloads.server.ask(url, { headers: { range: 'bytes=0-9', 'if-range': '"other"' } })
    expect([changed.status, changed.body.length]).toEqual([200, bytes.length])
    expect((await downloads.server.ask(url, { headers: { range: 'bytes=700000-' } })).status).toBe(416)
    const head = await downloads.server.ask(url, { method: 'HEAD' })
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '700000', 0])
  })

  it('has its subtitles beside it, each by its number and no other file', async () => {
    const [path, text] = ['Film.mp4', 'Film.de.vtt'].map((name) => join(downloads.dir, name)) as [string, string]
    await writeFile(text, 'WEBVTT')
    const id = await downloads.order({ url: URL, target: 'file' })
    downloads.work(async () => ({ ...RESULT, path, beside: [text] }))
    await reaches(id, 'done')
    const shown = await status(id)
    expect(shown.result?.subtitleFiles).toEqual(['Film.de.vtt'])
    expect(JSON.stringify(shown)).not.toContain(downloads.dir)
    const answer = await downloads.server.ask(`/api/downloads/${id}/subtitles/0`)
    expect([answer.status, answer.body.toString()]).toEqual([200, 'WEBVTT'])
    expect(answer.headers['content-disposition']).toContain('filename="Film.de.vtt"')
    const ask = async (number: string) =>
      (await downloads.server.ask(`/api/downloads/${id}/subtitles/${number}`)).status
    expect(await Promise.all(['1', '-1', '0.5', 'x', 'length', '..%2f0', '99999999999999999999'].map(ask))).toEqual(
      expect.not.arrayContaining([200, 500]),
    )
  })

  it('is not found when it is gone, or was never meant to be', async () => {
    const { path, url } = await finished()
    await rm(path)
    expect((await downloads.server.ask(url)).status).toBe(404)
    const id = await downloads.order({ url: URL })
    const { status, body } = await downloads.server.ask(`/api/downloads/${id}/file`)
    expect([status, Problem.parse(JSON.parse(body.toString())).code]).toEqual([404, 'not-found'])
  })
})

it.each(['Host', 'content-length', 'Range', 'TE'])(
  'refuses the header %s, which is not the user’s to set',
  async (name) => {
    for (const path of ['/api/video-info', '/api/download']) {
      const body = { url: URL, identity: { headers: { [name]: '1' } } }
      const answer = await downloads.send('POST', path, body)
      const problem = Problem.parse(JSON.parse(answer.body.toString()))
      expect([answer.status, problem.code, problem.detail]).toEqual([
        400,
        'invalid-input',
        expect.stringContaining(name),
      ])
    }
    expect([downloads.asked, await downloads.jobs.list()]).toEqual([[], []])
  },
)

it('lists the cookies files that may be named, and how old they are', async () => {
  const problem = { message: 'It is bound to no domain.', fix: null }
  downloads.cookieFiles = [
    { name: 'films', domains: ['films.test'], ageDays: 3, problem: null },
    { name: 'other', domains: [], ageDays: null, problem },
  ]
  const answer = await downloads.server.ask('/api/cookies')
  expect(CookieFileList.parse(JSON.parse(answer.body.toString())).files).toEqual(downloads.cookieFiles)
})

it('shows how downloads leave the machine, in the status and to Prometheus', async () => {
  const shown = Status.parse(await downloads.json('/api/status')).downloads
  expect(shown).toMatchObject({ pool: { reused: 91 }, governor: { history: [{ at: '1970-01-01T00:00:00.000Z' }] } })
  await downloads.order({ url: URL })
  const text = (await downloads.server.ask('/metrics')).body.toString()
  expect(text).toContain('telereel_download_connections_reused_total 91')
  expect(text).toContain('telereel_download_governor_cpu_percent 93')
  expect(text).toContain('telereel_jobs{name="download",state="waiting"} 1')
  expect(text).toContain('telereel_jobs{name="ingest-video",state="running"} 0')
})
