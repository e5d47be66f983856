import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FILM_ID } from '#features/playback/film.test-support.ts'
import { FeedMessage } from '../contract/event.ts'
import { startServer, type TestServer, usualFilm } from '../http.test-support.ts'

let server: TestServer
const open: Listener[] = []
beforeEach(async () => {
  server = await startServer(usualFilm(), { config: { limits: { maxFeeds: 3, closeGraceMs: 600_000 } } })
})
afterEach(async () => {
  for (const listener of open.splice(0)) listener.socket.destroy()
  await server.close()
})

interface Listener {
  readonly socket: Socket
  readonly text: () => string
  readonly messages: () => FeedMessage[]
  readonly lastId: () => string
}

async function startQuietServer(): Promise<TestServer & AsyncDisposable> {
  const quiet = await startServer(usualFilm())
  return { ...quiet, [Symbol.asyncDispose]: () => quiet.close() }
}

function listen(lastEventId?: string, port = server.port): Listener {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => undefined)
  const id = lastEventId === undefined ? '' : `Last-Event-ID: ${lastEventId}\r\n`
  socket.write(`GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n${id}\r\n`)
  const listener = {
    socket,
    text: () => text,
    messages: () => [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => FeedMessage.parse(JSON.parse(data ?? ''))),
    lastId: () => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '',
  }
  open.push(listener)
  return listener
}

/** Waits until it holds, at most as long as the test may run. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

const note = (message: string) =>
  server.emit({ kind: 'note', level: 'info', message, fields: { path: '/home/secret' } })

describe('the live feed', () => {
  it('begins with a reset and tells what happens, without the inside of notes', async () => {
    const listener = listen()
    await until(() => listener.messages().length === 1)
    server.emit({ kind: 'video-changed', videoId: FILM_ID })
    note('hello')
    server.emit({ kind: 'video-removed', videoId: FILM_ID })
    await until(() => listener.messages().length === 4)
    expect(listener.text()).toContain('content-type: text/event-stream')
    expect(listener.text()).not.toContain('secret')
    const messages = listener.messages()
    expect(messages[0]).toEqual({ kind: 'reset' })
    expect(messages).toContainEqual({ kind: 'note', level: 'info', message: 'hello' })
    expect(messages).toContainEqual({ kind: 'video-removed', videoId: FILM_ID })
    expect(messages.find(({ kind }) => kind === 'video')).toMatchObject({ video: { id: FILM_ID, state: 'active' } })
  })

  it('tells that it lives, which is nothing that could be missed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      await using quiet = await startQuietServer()
      const listener = listen(undefined, quiet.port)
      await until(() => listener.messages().length === 1)
      const before = listener.lastId()
      vi.advanceTimersByTime(15_000)
      await until(() => listener.messages().length === 2)
      expect(listener.messages()[1]).toEqual({ kind: 'ping' })
      expect(listener.text().match(/^id: /gm)).toHaveLength(1)
      expect(listener.lastId()).toBe(before)
    } finally {
      vi.useRealTimers()
    }
  })

  it('gives a page that was away what it missed, once and in order', async () => {
    const first = listen()
    await until(() => first.messages().length === 1)
    note('one')
    await until(() => first.messages().length === 2)
    first.socket.destroy()
    note('two')
    note('three')
    const again = listen(first.lastId())
    await until(() => again.messages().length === 2)
    expect(again.messages()).toMatchObject([{ message: 'two' }, { message: 'three' }])
    const stranger = listen('other.5')
    await until(() => stranger.messages().length === 1)
    expect(stranger.messages()).toEqual([{ kind: 'reset' }])
  })

  it('tells of one video at most four times a second, and always the newest', async () => {
    const listener = listen()
    await until(() => listener.messages().length === 1)
    const startMs = performance.now()
    for (let sec = 1; sec <= 200; sec++) {
      server.emit({ kind: 'segments-added', videoId: FILM_ID, playableSec: sec })
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await until(() => listener.messages().some((each) => each.kind === 'playable' && each.playableSec === 200))
    const count = listener.messages().filter(({ kind }) => kind === 'playable').length
    expect(count).toBeLessThanOrEqual(2 + (performance.now() - startMs) / 250)
  })

  it('takes only so many readers', async () => {
    const listeners = [listen(), listen(), listen()]
    await until(() => listeners.every((each) => each.messages().length === 1))
    const refused = await server.ask('/api/events')
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '30'])
  })

  it('ends when the server closes, at once', async () => {
    const listener = listen()
    await until(() => listener.messages().length === 1)
    const ended = new Promise((resolve) => listener.socket.once('close', resolve))
    await server.close()
    await ended
  })
})
