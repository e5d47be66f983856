import { once } from 'node:events'
import { connect } from 'node:net'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { DOWNLOAD_PATH, EVENTS_PATH, playlistPath, UPLOADS_PATH } from '#surfaces/http/contract/addresses.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { startOrigin } from '../support/origin/start-origin.ts'
import { liveStream } from '../support/origin/streams/live.ts'
import { syntheticStream } from '../support/origin/streams/synthetic.ts'
import { loadServedStream } from '../support/served-stream.ts'
import { type RunningServer, startServer } from '../support/start-server.ts'
import { openTelegramLab } from '../support/telegram-lab.ts'

let film: string
/** To be encoded: that takes a while. */
let old: string
beforeAll(async () => {
  film = await mediaFile('mp4-two-voices')
  old = await mediaFile('avi-mpeg4-mp3')
})

/** Told once, as by an init system. Null: it had to be killed. */
const END_IN_PEACE = 0
const PATIENTLY = { timeout: 60_000, interval: 50 }

describe.concurrent('a server that is told to end', () => {
  it('does so in the middle of an ingest, an upload, an answer nobody takes, and a live feed', async () => {
    await using server = await startServer()
    const id = await server.api.upload(film)
    await server.api.waitReady(id)
    const { media } = await loadServedStream(server.url + playlistPath(id))
    expect(media.size).toBeGreaterThan(0)
    const feed = open(server, `GET ${EVENTS_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
    const stalled = open(server, `GET ${playlistPath(id)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
    const upload = open(
      server,
      `POST ${UPLOADS_PATH} HTTP/1.1\r\n${TUS}Upload-Length: 9000000\r\nContent-Length: 0\r\n\r\n`,
    )
    const [answer] = (await once(upload, 'data')) as [Buffer]
    const place = /^location: (.*)\r$/im.exec(String(answer))?.[1]
    upload.write(`PATCH ${place} HTTP/1.1\r\n${TUS}${BYTES}Content-Length: 9000000\r\n\r\nfirst bytes`)
    const encoding = await server.api.upload(old)
    await vi.waitFor(async () => expect((await server.api.video(encoding)).job?.state).toBe('running'), PATIENTLY)
    expect(await server.stop()).toBe(END_IN_PEACE)
    for (const socket of [feed, stalled, upload]) socket.destroy()
  })

  it.each([
    ['asks it to wait for minutes', { do: 'flood', retryAfterSec: 300 }],
    ['has stored and never answers', { do: 'hang', stored: true }],
  ] as const)('does so while Telegram %s', async (_, fault) => {
    await using lab = await openTelegramLab({ telegram: { bots: 2 } })
    await using server = await lab.serve()
    lab.telegram.faults.add({ method: 'sendDocument', times: null, fault })
    await server.api.upload(film)
    await vi.waitFor(() => expect(lab.telegram.journal.calls.some(isSend)).toBe(true), PATIENTLY)
    expect(await server.stop()).toBe(END_IN_PEACE)
  })

  it('does so in the middle of downloads: one that stands still, one that has no end, one that waits', async () => {
    await using origin = await startOrigin()
    const env = { FETCH_ALLOW_HOSTS: origin.hostPort, RATE_LIMIT_DOWNLOAD: '100/min' }
    await using server = await startServer({ env })
    const still = syntheticStream(origin, { segments: 40, segmentBytes: 50_000, folder: '/still/' })
    origin.setFault({ path: /still\/segment-3\.ts$/, fault: { kind: 'stall', share: 0.5 } })
    const live = await liveStream(origin, { folder: '/live/', segments: 40, speed: 1 })
    origin.setFault({ path: /busy/, fault: { kind: 'status', status: 503 } })
    for (const url of [still.url, live.url, `${origin.url}/busy.m3u8`]) {
      const body = JSON.stringify({ url, target: 'file' })
      const headers = { 'content-type': 'application/json' }
      expect((await fetch(server.url + DOWNLOAD_PATH, { method: 'POST', headers, body })).status).toBe(202)
    }
    const asked = (what: RegExp) => origin.requests.some(({ path }) => what.test(path))
    const wanted = [/still\/segment-3/, /live\/.*\.ts/, /busy/]
    await vi.waitFor(() => expect(wanted.map(asked)).toEqual([true, true, true]), PATIENTLY)
    expect(await server.stop()).toBe(END_IN_PEACE)
  })
})

const TUS = 'Host: 127.0.0.1\r\nTus-Resumable: 1.0.0\r\n'
const BYTES = 'Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n'

function open({ url }: RunningServer, head: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined)
  socket.write(head)
  return socket
}

function isSend({ method }: { readonly method: string }): boolean {
  return method.toLowerCase() === 'senddocument'
}
