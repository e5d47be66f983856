import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, statfs, utimes, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Upload } from 'tus-js-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConflictError, InvalidInputError } from '#domain/errors.ts'
import { failNthDiskCall } from '#test/support/disk-faults.ts'
import { FILM_ID } from '#features/playback/film.test-support.ts'
import type { HttpPorts, VideoSourceFile } from '../http-ports.ts'
import { Problem } from '../contract/problem.ts'
import { type Answer, startServer, type TestServer, usualFilm } from '../http.test-support.ts'
import { TusUploads } from './tus-uploads.ts'

const FILE = randomBytes(3_000_000)
const TUS = { 'tus-resumable': '1.0.0' }

let dataDir: string
const servers: (TestServer | Server)[] = []
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'telereel-uploads-'))
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
  await rm(dataDir, { recursive: true, force: true })
})

async function start(options: { port?: number; maxUploadBytes?: number; register?: Register } = {}) {
  const { port = 0, maxUploadBytes = 50_000_000, register } = options
  const library = register && ({ register } as unknown as HttpPorts['library'])
  const config = { port, maxUploadBytes }
  const server = await startServer(usualFilm(), { dataDir, config, ports: { ...(library && { library }) } })
  servers.push(server)
  return server
}

type Register = (source: VideoSourceFile) => Promise<{ videoId: typeof FILM_ID }>

interface Sent {
  readonly url: string | null
  readonly videoId: string | undefined
}

/** Sends the file as a browser would; resolves when the client says that it is done. */
function send(port: number, options: { uploadUrl?: string; metadata?: Record<string, string>; retries?: number } = {}) {
  const { uploadUrl, metadata = { filename: 'Größe.mkv' }, retries = 200 } = options
  return new Promise<Sent>((resolve, reject) => {
    const upload = new Upload(FILE, {
      endpoint: `http://127.0.0.1:${port}/api/uploads`,
      ...(uploadUrl && { uploadUrl }),
      metadata,
      chunkSize: 500_000,
      retryDelays: Array.from({ length: retries }, () => 5),
      onError: reject,
      onSuccess: ({ lastResponse }) => resolve({ url: upload.url, videoId: lastResponse.getHeader('X-Video-Id') }),
    })
    upload.start()
  })
}

const problemIn = ({ headers, body }: Answer) => {
  expect(headers['content-type']).toBe('application/problem+json')
  return Problem.parse(JSON.parse(body.toString()))
}

async function open(server: TestServer, length = FILE.byteLength, headers: Record<string, string> = {}) {
  const answer = await server.ask('/api/uploads', {
    method: 'POST',
    headers: { ...TUS, 'upload-length': String(length), ...headers },
  })
  return { ...answer, path: answer.headers.location ?? '' }
}

const patch = (server: TestServer, path: string, offset: number, body: Uint8Array) =>
  server.ask(path, {
    method: 'PATCH',
    headers: { ...TUS, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
    body,
  })
const head = (server: TestServer, path: string) => server.ask(path, { method: 'HEAD', headers: TUS })

describe('an upload', () => {
  it('becomes a video, with the name it had and its bytes as they were', async () => {
    const server = await start()
    const { videoId } = await send(server.port, { metadata: { filename: '../../Größe \u202e.mkv', title: ' Film ' } })
    expect(videoId).toBe(FILM_ID)
    const [source] = server.registered
    expect(source).toMatchObject({ owned: true, originalFilename: '../../Größe .mkv', title: 'Film' })
    expect(source?.path).toBe(join(dataDir, 'uploads', source?.uploadId ?? ''))
    expect((await readFile(source?.path ?? '')).equals(FILE)).toBe(true)
  })

  it('resumes at the exact byte, however often the line is cut', async () => {
    const server = await start()
    const line = await cuttingLine(server.port, 300_000)
    servers.push(line.server)
    await send(line.port)
    expect(line.cuts()).toBeGreaterThan(8)
    expect(server.registered).toHaveLength(1)
    expect((await readFile(server.registered[0]?.path ?? '')).equals(FILE)).toBe(true)
  })

  it('goes on after a restart of the server', async () => {
    const first = await start()
    const { path } = await open(first)
    await patch(first, path, 0, FILE.subarray(0, 1_234_567))
    await first.close()
    const second = await start({ port: first.port })
    expect((await head(second, path)).headers['upload-offset']).toBe('1234567')
    await send(second.port, { uploadUrl: `${second.url}${path}` })
    expect((await readFile(second.registered[0]?.path ?? '')).equals(FILE)).toBe(true)
  })

  it('takes no byte more than was declared', async () => {
    const server = await start()
    const { path } = await open(server, 1000)
    expect((await patch(server, path, 0, FILE.subarray(0, 1001))).status).toBe(413)
    expect((await head(server, path)).headers['upload-offset']).toBe('0')
    const chunked = { 'transfer-encoding': 'chunked', 'content-length': undefined as unknown as string }
    const type = { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' }
    await server.ask(path, { method: 'PATCH', headers: { ...TUS, ...type, ...chunked }, body: FILE }).catch(() => null)
    expect(Number((await head(server, path)).headers['upload-offset'])).toBeLessThanOrEqual(1000)
    expect(server.registered).toEqual([])
  })

  it('takes bytes only where they belong', async () => {
    const server = await start()
    const { path } = await open(server)
    await patch(server, path, 0, FILE.subarray(0, 1000))
    expect((await patch(server, path, 500, FILE.subarray(500, 600))).status).toBe(409)
    expect((await patch(server, path, 2000, FILE.subarray(2000, 2100))).status).toBe(409)
  })

  it('can be given up, but not once it is a film', async () => {
    const server = await start()
    const { path } = await open(server, 10)
    expect((await server.ask(path, { method: 'DELETE', headers: TUS })).status).toBe(204)
    expect((await head(server, path)).status).toBe(404)
    const done = await open(server, 10)
    await patch(server, done.path, 0, FILE.subarray(0, 10))
    expect((await server.ask(done.path, { method: 'DELETE', headers: TUS })).status).toBe(400)
    expect(await readdir(join(dataDir, 'uploads'))).toHaveLength(2)
  })
})

describe('admission', () => {
  it('refuses more than MAX_UPLOAD_SIZE, nothing at all, and no length', async () => {
    const server = await start({ maxUploadBytes: 1000 })
    const tooLarge = await open(server, 1001)
    expect([tooLarge.status, JSON.parse(tooLarge.body.toString()).code]).toEqual([413, 'too-large'])
    const empty = await open(server, 0)
    expect([empty.status, JSON.parse(empty.body.toString()).code]).toEqual([422, 'not-media'])
    for (const headers of [{ 'upload-length': 'x' }, { 'upload-length': '-5' }, { 'upload-defer-length': '1' }]) {
      const answer = await server.ask('/api/uploads', { method: 'POST', headers: { ...TUS, ...headers } })
      expect(answer.status).toBe(400)
    }
    expect(await readdir(join(dataDir, 'uploads'))).toEqual([])
  })

  it('says 507 and how much is missing when the disk cannot hold what is promised', async () => {
    const server = await start({ maxUploadBytes: Number.MAX_SAFE_INTEGER })
    const { bavail, bsize } = await statfs(dataDir)
    const full = await open(server, bavail * bsize)
    expect(full.status).toBe(507)
    expect(JSON.parse(full.body.toString())).toMatchObject({
      code: 'no-space',
      fix: expect.stringMatching(/^Free [\d.]+ /),
    })
  })

  it('counts what open uploads have still to bring', async () => {
    const server = await start({ maxUploadBytes: Number.MAX_SAFE_INTEGER })
    const status = async () => JSON.parse((await server.ask('/api/status')).body.toString()).disk
    const { path } = await open(server, 5000)
    expect((await status()).reservedBytes).toBe(5000)
    await patch(server, path, 0, FILE.subarray(0, 1500))
    expect((await status()).reservedBytes).toBe(3500)
    await server.ask(path, { method: 'DELETE', headers: TUS })
    expect((await status()).reservedBytes).toBe(0)
  })

  it('promises no byte of the disk twice, however many come at once', async () => {
    const server = await start({ maxUploadBytes: Number.MAX_SAFE_INTEGER })
    const { freeBytes, headroomBytes } = JSON.parse((await server.ask('/api/status')).body.toString()).disk
    const share = Math.floor((freeBytes - headroomBytes) * 0.3)
    expect((await open(server, share)).status).toBe(201)
    const answers = await Promise.all(Array.from({ length: 12 }, () => open(server, share)))
    // What is being promised may count twice for a moment, never less than once.
    expect(answers.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(2)
    expect(new Set(answers.map(({ status }) => status))).toContain(507)
  })
})

describe('a finished upload', () => {
  it('becomes a video at the next start when the server died before it could tell the catalog', async () => {
    const id = 'a'.repeat(32)
    await mkdir(join(dataDir, 'uploads'))
    await writeFile(join(dataDir, 'uploads', id), FILE)
    const record = { id, size: FILE.byteLength, metadata: { filename: 'film.mkv' } }
    await writeFile(join(dataDir, 'uploads', `${id}.json`), JSON.stringify(record))
    const server = await start()
    expect(server.registered).toMatchObject([{ uploadId: id, originalFilename: 'film.mkv' }])
    await server.close()
    expect((await start()).registered).toEqual([])
  })

  it('is registered again by the client that asks, when the catalog failed the first time', async () => {
    let failures = 1
    const server = await start({
      register: async () => {
        if (failures-- > 0) throw new ConflictError('The library is busy.')
        return { videoId: FILM_ID }
      },
    })
    const { path } = await open(server, 10)
    expect((await patch(server, path, 0, FILE.subarray(0, 10))).status).toBe(409)
    expect((await head(server, path)).headers).toMatchObject({ 'x-video-id': FILM_ID, 'upload-offset': '10' })
  })

  it('is still known as done when a fast ingest has taken its bytes away', async () => {
    const server = await start()
    const { url } = await send(server.port)
    const path = new URL(url ?? '').pathname
    await rm(server.registered[0]?.path ?? '')
    const asked = [await head(server, path)]
    await server.close()
    asked.push(await head(await start(), path))
    for (const { status, headers } of asked) {
      const told = { 'x-video-id': FILM_ID, 'upload-offset': String(FILE.byteLength) }
      expect([status, headers]).toEqual([200, expect.objectContaining(told)])
    }
  })

  it('tells the client why it cannot be a film', async () => {
    const server = await start({
      register: async () => {
        throw new InvalidInputError('This is no film.', { fix: 'Send a film.' })
      },
    })
    const { path } = await open(server, 10)
    const answer = await patch(server, path, 0, FILE.subarray(0, 10))
    expect(problemIn(answer)).toMatchObject({
      ...{ status: 400, code: 'invalid-input' },
      ...{ detail: 'This is no film.', fix: 'Send a film.' },
    })
  })
})

describe('what goes wrong', () => {
  it('is told as everywhere else', async () => {
    const server = await start()
    const { path } = await open(server)
    await patch(server, path, 0, FILE.subarray(0, 1000))
    const nowhere = `/api/uploads/${'0'.repeat(32)}`
    const cases: [Answer, number, string][] = [
      [await patch(server, nowhere, 0, FILE.subarray(0, 10)), 404, 'upload-not-found'],
      [await patch(server, '/api/uploads/../x', 0, FILE.subarray(0, 10)), 404, 'no-such-page'],
      [await patch(server, path, 500, FILE.subarray(0, 10)), 409, 'upload-elsewhere'],
      [await server.ask(path, { method: 'PATCH', headers: { 'upload-offset': '1000' } }), 412, 'precondition-failed'],
      [await server.ask(path, { method: 'PATCH', headers: TUS }), 403, 'forbidden'],
      [await server.ask(path, { method: 'PATCH', headers: { ...TUS, 'upload-offset': 'x' } }), 400, 'bad-request'],
    ]
    for (const [answer, status, code] of cases) expect(problemIn(answer)).toMatchObject({ status, code })
    expect(server.events.filter(({ kind }) => kind === 'note')).toEqual([])
  })

  it('inside is the business of the log alone', async () => {
    const register = () => Promise.reject(new Error('EIO: /home/someone/films'))
    const server = await start({ register })
    const { path } = await open(server, 10)
    const answer = await patch(server, path, 0, FILE.subarray(0, 10))
    const { requestId, ...told } = problemIn(answer)
    expect(told).toMatchObject({ status: 500, code: 'internal' })
    expect(answer.body.toString()).not.toContain('someone')
    expect(server.events).toMatchObject([{ kind: 'note', level: 'error', fields: { requestId } }])
  })
})

describe('an idle upload', () => {
  const fileOf = (path: string, ending = '') => join(dataDir, 'uploads', (path.split('/').at(-1) ?? '') + ending)
  /** Another server on the folder, which looks so many hours long. */
  const hours = async (count: number) => {
    const settings = {
      dir: join(dataDir, 'uploads'),
      maxUploadBytes: 1,
      maxOpenUploads: 1,
      idleUploadMs: 72 * 3_600_000,
    }
    const library = { register: () => Promise.reject(new Error('Nothing is finished.')) }
    const uploads = new TusUploads({ library, events: { emit() {} } }, settings)
    for (let hour = 0; hour < count; hour++) await uploads.removeIdle()
  }

  it('goes after its time; one that gets bytes, and the bytes of a film in its ingest, stay', async () => {
    const server = await start()
    const [idle, busy, done] = [await open(server, 10), await open(server, 10), await open(server, 10)]
    await patch(server, done.path, 0, FILE.subarray(0, 10))
    await hours(40)
    await patch(server, busy.path, 0, FILE.subarray(0, 5))
    // Counted on by whoever runs next.
    await hours(32)
    expect((await head(server, idle.path)).status).toBe(200)
    await hours(1)
    expect((await head(server, idle.path)).status).toBe(404)
    expect((await head(server, busy.path)).status).toBe(200)
    expect((await head(server, done.path)).headers['x-video-id']).toBe(FILM_ID)
    expect(await readFile(fileOf(done.path))).toHaveLength(10)
    await rm(fileOf(done.path))
    await hours(73)
    expect(await readdir(join(dataDir, 'uploads'))).toEqual(['idle.json'])
  })

  it('stays when only the clock of the machine says that its time is over', async () => {
    const server = await start()
    const { path } = await open(server, 10)
    const longAgo = new Date(Date.now() - 10 * 365 * 86_400_000)
    for (const ending of ['', '.json']) await utimes(fileOf(path, ending), longAgo, longAgo)
    await hours(2)
    await server.close()
    expect((await head(await start(), path)).status).toBe(200)
  })
})

describe('what a crash or the disk left of an upload', () => {
  it.each(['', '{"id":"', 'null', '{}'])(
    'keeps its bytes, for a video may wait for them, when its record is %j',
    async (left) => {
      const server = await start()
      const [torn, whole] = [await open(server, 10), await open(server, 10)]
      await patch(server, torn.path, 0, FILE.subarray(0, 10))
      await server.close()
      const pathOf = (path: string) => join(dataDir, 'uploads', path.split('/').at(-1) ?? '')
      await writeFile(`${pathOf(torn.path)}.json`, left)
      const next = await start()
      expect(await readFile(pathOf(torn.path))).toHaveLength(10)
      expect((await head(next, whole.path)).status).toBe(200)
      expect(next.events).toContainEqual(expect.objectContaining({ kind: 'note', level: 'error' }))
    },
  )

  it('asks for all bytes again that the disk would not make safe', async () => {
    const server = await start()
    const { path } = await open(server, 10)
    {
      using _faults = await failNthDiskCall({ code: 'EIO', nth: 1, methods: ['sync'] })
      expect((await patch(server, path, 0, FILE.subarray(0, 10))).status).toBe(500)
    }
    expect(server.registered).toEqual([])
    expect((await head(server, path)).headers['upload-offset']).toBe('0')
    expect((await patch(server, path, 0, FILE.subarray(0, 10))).headers['x-video-id']).toBe(FILM_ID)
  })

  it('keeps all of it when the disk does not give it, and starts', async () => {
    const server = await start()
    const { path } = await open(server, 10)
    await patch(server, path, 0, FILE.subarray(0, 10))
    await server.close()
    const file = join(dataDir, 'uploads', path.split('/').at(-1) ?? '')
    // A folder gives EISDIR where a bad disk gives EIO.
    await rm(`${file}.json`)
    await mkdir(`${file}.json`)
    const next = await start()
    expect(await readFile(file)).toHaveLength(10)
    expect(next.events).toContainEqual(expect.objectContaining({ kind: 'note', level: 'error' }))
  })
})

/** A line to the server that is cut each time so many bytes went up. */
async function cuttingLine(port: number, bytesPerLife: number) {
  let cuts = 0
  const server = createServer((client: Socket) => {
    const upstream = connect(port, '127.0.0.1')
    let passed = 0
    client.on('data', (chunk: Buffer) => {
      passed += chunk.byteLength
      if (passed > bytesPerLife) {
        cuts++
        client.destroy()
        upstream.destroy()
      } else upstream.write(chunk)
      // A line has a speed: what the server had no time to take is lost with the connection.
      client.pause()
      setTimeout(() => client.resume(), 2)
    })
    upstream.on('data', (chunk: Buffer) => client.write(chunk))
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { server, cuts: () => cuts, port: typeof address === 'object' ? (address?.port ?? 0) : 0 }
}
