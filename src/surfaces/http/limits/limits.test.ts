import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as secureConnect } from 'node:tls'
import { afterAll, describe, expect, it } from 'vitest'
import { FILM_ID } from '#features/playback/film.test-support.ts'
import { startServer, usualFilm } from '../http.test-support.ts'

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`
const limits = { rateWindowMs: 1000, minReadBytesPerSec: 1, minUploadBytesPerSec: 20_000, crowdedConnections: 0 }

/** A film whose first segment does not fit into the buffers of a connection. */
function largeFilm() {
  const film = usualFilm()
  film.addSegments(film.tracks[0] as NonNullable<(typeof film.tracks)[0]>, 1, 30_000_000)
  return film
}

/** A client that asks for a large segment and reads nothing of it. */
function stalledReader(port: number) {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  socket.write(GET(`/segment/${FILM_ID}/v0-00003.m4s`))
  socket.pause()
  let bytes = 0
  const read = () => {
    socket.on('data', (chunk) => {
      bytes += chunk.byteLength
    })
    socket.resume()
  }
  return {
    // A socket that does not read does not see its end either: reading shows that the answer broke off.
    async restAfterCut() {
      read()
      await closed(socket)
      return bytes
    },
    async resumed() {
      read()
      while (bytes < 30_000_000 && !socket.destroyed) await new Promise((resolve) => setTimeout(resolve, 10))
      socket.destroy()
      return bytes
    },
  }
}

/** A client that takes up to 64 KiB each so many milliseconds. */
function sippingReader(port: number, everyMs: number) {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  socket.write(GET(`/segment/${FILM_ID}/v0-00003.m4s`))
  let [bytes, pauseMs] = [0, everyMs]
  socket.on('data', (chunk) => {
    bytes += chunk.byteLength
    if (pauseMs === 0) return
    socket.pause()
    setTimeout(() => socket.resume(), pauseMs)
  })
  return {
    /** All that comes of the answer: what the system has taken in for us stays readable after a cut. */
    async restWithoutPause() {
      pauseMs = 0
      while (bytes < 30_000_000 && !socket.destroyed) await new Promise((resolve) => setTimeout(resolve, 10))
      socket.destroy()
      return bytes
    },
  }
}

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))

const folder = mkdtempSync(join(tmpdir(), 'telereel-limits-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function certificate() {
  const paths = { certPath: join(folder, 'cert.pem'), keyPath: join(folder, 'key.pem') }
  const wish = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost']
  const to = ['-keyout', paths.keyPath, '-out', paths.certPath]
  execFileSync('openssl', ['req', '-x509', ...wish, ...to], { stdio: 'ignore' })
  return paths
}

/** Where an upload of a million bytes goes, asked for over the connection that will bring them. */
async function newUpload(socket: Socket): Promise<string> {
  const head = 'POST /api/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nTus-Resumable: 1.0.0\r\nUpload-Length: 1000000\r\n'
  socket.write(`${head}Content-Length: 0\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  return /^location: (.*)\r$/im.exec(String(answer))?.[1] ?? ''
}

describe('connections', () => {
  it('that take nothing while bytes wait are cut in a crowd; slow but steady ones are served', async () => {
    await using server = await startServer(largeFilm(), { config: { limits } })
    const stalled = stalledReader(server.port)
    const steady = connect(server.port, '127.0.0.1')
    let taken = 0
    steady.write(GET(`/segment/${FILM_ID}/v0-00003.m4s`))
    steady.on('data', (chunk) => {
      taken += chunk.byteLength
      steady.pause()
      setTimeout(() => steady.resume(), 1)
    })
    const idle = connect(server.port, '127.0.0.1')
    await new Promise((resolve) => setTimeout(resolve, 3000))
    expect(await stalled.restAfterCut()).toBeLessThan(30_000_000)
    while (taken < 30_000_000 && !steady.destroyed) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(taken).toBeGreaterThan(30_000_000)
    expect(idle.destroyed).toBe(false)
    steady.destroy()
    idle.destroy()
  })

  it('are judged by the rate at which bytes are taken, not by a sign of life', async () => {
    const rate = { ...limits, minReadBytesPerSec: 1_000_000 }
    await using server = await startServer(largeFilm(), { config: { limits: rate } })
    const [trickle, stream] = [sippingReader(server.port, 400), sippingReader(server.port, 10)]
    await new Promise((resolve) => setTimeout(resolve, 3000))
    expect(await trickle.restWithoutPause()).toBeLessThan(30_000_000)
    expect(await stream.restWithoutPause()).toBeGreaterThan(30_000_000)
  })

  it('of a paused player are kept while there is room, though not for ever', async () => {
    const patient = { ...limits, crowdedConnections: 10 }
    await using server = await startServer(largeFilm(), { config: { limits: patient } })
    const paused = stalledReader(server.port)
    await new Promise((resolve) => setTimeout(resolve, 2500))
    expect(await paused.resumed()).toBeGreaterThan(30_000_000)

    const short = { ...patient, slowReaderPatienceMs: 1500 }
    await using other = await startServer(largeFilm(), { config: { limits: short } })
    const forgotten = stalledReader(other.port)
    await new Promise((resolve) => setTimeout(resolve, 4000))
    expect(await forgotten.restAfterCut()).toBeLessThan(30_000_000)
  })

  describe.concurrent.each(['http', 'https'])('over %s', (scheme) => {
    const tls = () => (scheme === 'https' ? certificate() : null)
    it.each([
      ['an upload', 'PATCH', null],
      ['an order', 'POST', '/api/video-info'],
      ['a change', 'PATCH', `/api/videos/${FILM_ID}`],
      ['nothing that is there', 'POST', '/nowhere'],
      ['nobody', 'GET', `/segment/${FILM_ID}/v0-00000.m4s`],
    ])('that promise a body for %s and send next to nothing are cut', async (_, method, path) => {
      await using server = await startServer(usualFilm(), { config: { limits, tls: tls() } })
      const place = { port: server.port, host: '127.0.0.1', rejectUnauthorized: false }
      const socket = scheme === 'https' ? secureConnect(place) : connect(place)
      socket.on('error', () => undefined).resume()
      const type = path === null ? 'application/offset+octet-stream' : 'application/json'
      socket.write(
        `${method} ${path ?? (await newUpload(socket))} HTTP/1.1\r\nHost: 127.0.0.1\r\nTus-Resumable: 1.0.0\r\n` +
          `Upload-Offset: 0\r\nContent-Type: ${type}\r\nContent-Length: 1000000\r\n\r\n{`,
      )
      const drip = setInterval(() => socket.write(' '), 300)
      await closed(socket)
      clearInterval(drip)
    })
  })

  it('are at most so many', async () => {
    await using server = await startServer(usualFilm(), { config: { limits: { maxConnections: 5 } } })
    const sockets = Array.from({ length: 8 }, () => connect(server.port, '127.0.0.1').on('error', () => undefined))
    const ends = sockets.map((socket) => closed(socket.resume()))
    await Promise.race([Promise.all(ends.slice(5)), new Promise((resolve) => setTimeout(resolve, 1000))])
    expect(sockets.filter(({ destroyed }) => !destroyed)).toHaveLength(5)
    for (const socket of sockets) socket.destroy()
  })
})

describe('close', () => {
  it('lets an answer finish and takes no new connection', async () => {
    const film = usualFilm()
    film.beforeChunk = () => new Promise((resolve) => setTimeout(resolve, 30))
    const server = await startServer(film)
    const answer = server.ask(`/segment/${FILM_ID}/v0-00000.m4s`)
    await new Promise((resolve) => setTimeout(resolve, 40))
    const closing = server.close()
    await expect(server.ask('/health')).rejects.toThrow()
    expect((await answer).body).toHaveLength(300_000)
    await closing
    await server.close()
  })

  it('cuts answers that outlast the grace time', async () => {
    const server = await startServer(largeFilm(), { config: { limits: { closeGraceMs: 100 } } })
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(GET(`/segment/${FILM_ID}/v0-00003.m4s`))
    await new Promise((resolve) => socket.once('readable', resolve))
    await server.close()
    socket.destroy()
  })
})
