import { spawnSync } from 'node:child_process'
import { mkdir, readFile, rm, statfs, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCAL_INGEST_PATH, playlistPath, UPLOADS_PATH } from '#surfaces/http/contract/addresses.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { readServed } from '../support/served-stream.ts'
import { makeDataDir, type RunningServer, startServer } from '../support/start-server.ts'

/** A small disk of its own, which ends with the server. */
const MOUNT = 'mount -t tmpfs -o size=40m none "$0" && exec "$@"'
const MB = 1_000_000

let folder: string
let film: string
let through: readonly string[]
beforeAll(async () => {
  folder = await makeDataDir()
  film = await mediaFile('mp4-two-voices')
  const disk = join(folder, 'disk')
  await mkdir(disk)
  through = ['unshare', '--map-root-user', '--mount', 'sh', '-c', MOUNT, disk]
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a disk that fills up', () => {
  it('takes no upload and lets the work wait, in words; what is there is served, and all goes on when there is room', async ({
    skip,
  }) => {
    if (spawnSync('unshare', [...through.slice(1), 'true']).status !== 0) skip('no disk can be mounted here')
    await using server = await startServer({
      dataDir: join(folder, 'disk'),
      through,
      env: { MAX_CHUNK_SIZE: '1048576' },
    })
    const id = await server.api.upload(film)
    await server.api.waitReady(id)
    const whole = await readServed(server.url + playlistPath(id))
    const begun = await beginUpload(server, 8 * MB)
    expect(begun.status).toBe(201)
    const ballast = await fill(server)

    const refused = await beginUpload(server, 8 * MB)
    expect([refused.status, await refused.text()]).toEqual([507, expect.stringMatching(/Not enough space: .* needed/)])
    const begunAt = begun.headers.get('location') ?? ''
    const cut = await sendBytes(server, begunAt, 8 * MB)
    expect([cut.status, await cut.text()]).toEqual([507, expect.stringMatching(/full/i)])
    // Not one byte is left, not even for the catalog.
    const order = await ingestFromHere(server, film)
    expect([order.status, await order.text()]).toEqual([507, expect.stringMatching(/full/i)])
    expect(await readServed(server.url + playlistPath(id))).toEqual(whole)
    expect((await fetch(`${server.url}/health`)).status).toBe(200)

    await giveUp(server, begunAt)
    const { videoId } = (await (await ingestFromHere(server, film)).json()) as { readonly videoId: string }
    await expect.poll(() => server.log(), { timeout: 30_000 }).toMatch(/disk is full/)
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
    expect(await readServed(server.url + playlistPath(id))).toEqual(whole)

    await truncate(ballast, 0)
    await server.api.waitReady(videoId)
    expect(await readServed(server.url + playlistPath(videoId))).toEqual(whole)
    expect(await server.stop()).toBe(0)
  })
})

/** A folder as the server sees it. */
const seenBy = ({ pid, dataDir }: RunningServer, name: string) => join(`/proc/${pid}/root`, dataDir, name)

/** Leaves next to nothing of its disk. */
async function fill(server: RunningServer): Promise<string> {
  const path = seenBy(server, 'ballast')
  const { bavail, bsize } = await statfs(seenBy(server, ''))
  await writeFile(path, Buffer.alloc(bavail * bsize - 200_000, 1))
  return path
}

function beginUpload({ url }: RunningServer, byteLength: number): Promise<Response> {
  const headers = { 'tus-resumable': '1.0.0', 'upload-length': String(byteLength) }
  return fetch(url + UPLOADS_PATH, { method: 'POST', headers })
}

function sendBytes({ url }: RunningServer, path: string, byteLength: number): Promise<Response> {
  const headers = { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }
  return fetch(url + path, { method: 'PATCH', headers, body: Buffer.alloc(byteLength, 7) })
}

function giveUp({ url }: RunningServer, path: string): Promise<Response> {
  return fetch(url + path, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } })
}

/** A file that lies elsewhere. */
async function ingestFromHere(server: RunningServer, path: string): Promise<Response> {
  const token = (await readFile(seenBy(server, 'local-token'), 'utf8')).trim()
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return await fetch(server.url + LOCAL_INGEST_PATH, { method: 'POST', headers, body: JSON.stringify({ path }) })
}
