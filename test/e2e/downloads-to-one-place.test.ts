import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { downloadByCli } from '../support/download-by-cli.ts'
import { runTelereel } from '../support/run-telereel.ts'
import { playlist, resource } from '../support/origin/answer.ts'
import { pooledBytes } from '../support/origin/body.ts'
import { type Origin, startOrigin } from '../support/origin/start-origin.ts'
import { syntheticStream } from '../support/origin/streams/synthetic.ts'
import { playlistText } from '../support/origin/write-stream.ts'

let folder: string
let first: Origin
let second: Origin
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-place-'))
  first = await startOrigin()
  second = await startOrigin()
})
afterEach(async () => {
  await first[Symbol.asyncDispose]()
  await second[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const run = (url: string, output: string, killAfterMs?: number) =>
  downloadByCli(url, {
    ...{ dataDir: folder, output, allow: `${first.hostPort},${second.hostPort}` },
    ...(killAfterMs !== undefined && { killAfterMs }),
  })

describe('two downloads to one file', () => {
  it('of other films are never mixed: the second is refused while the first can go on', async () => {
    const film = syntheticStream(first, { segments: 40, segmentBytes: 50_000 })
    const { url: otherUrl, bytes: otherBytes } = otherFilm(second)
    const output = join(folder, 'film.ts')
    first.network.bytesPerSec = 40_000
    await run(film.url, output, 2500)
    expect(first.journal.of(/segment/).length).toBeGreaterThan(3)
    const other = await run(otherUrl, output)
    expect([other.code, other.error?.code], other.stderr).toEqual([1, 'conflict'])
    first.network.bytesPerSec = null
    const done = await run(film.url, output)
    expect([done.code, done.sha256], done.stderr).toEqual([0, film.renditions.main.sha256])
    const after = await run(otherUrl, output)
    expect([after.code, after.sha256], after.stderr).toEqual([0, sha256Of(otherBytes)])
  })

  it('at the same time do not write over one another', async () => {
    const film = syntheticStream(first, { segments: 20, segmentBytes: 200_000 })
    const output = join(folder, 'film.ts')
    first.network.bytesPerSec = 400_000
    const both = await Promise.all([run(film.url, output), run(film.url, output)])
    expect(both.map(({ code }) => code ?? -1).sort((one, other) => one - other)).toEqual([0, 1])
    expect(both.find(({ code }) => code === 1)?.error?.code).toBe('conflict')
    expect(sha256Of(await readFile(output))).toBe(film.renditions.main.sha256)
    expect(await readdir(folder)).not.toContain('film.ts.telereel')
  })
})

describe('downloads into one folder', () => {
  it('with the same name lie beside one another; the same film again is there once', async () => {
    const [one, two] = [pooledBytes(1, 300_000), pooledBytes(2, 300_000)]
    const urls = [put(first, '/a/film.ts', one), put(second, '/b/film.ts', two)]
    const output = `${folder}/`
    for (const url of [...urls, ...urls]) expect((await runInto(url, output)).code).toBe(0)
    const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort()
    expect(names).toEqual(['film (2).ts', 'film.ts'])
    const found = await Promise.all(names.map(async (name) => sha256Of(await readFile(join(folder, name)))))
    expect(found).toEqual([sha256Of(two), sha256Of(one)])
  })

  it('may end in a number of their own', async () => {
    const url = put(first, '/Concert%20(999999999).ts', pooledBytes(1, 300_000))
    expect((await runInto(url, `${folder}/`)).code).toBe(0)
    expect(await readdir(folder)).toContain('Concert (999999999).ts')
  })
})

function runInto(url: string, output: string) {
  const env = { FETCH_ALLOW_HOSTS: `${first.hostPort},${second.hostPort}` }
  return runTelereel(['download', '--json', url, '--output', output], { dataDir: folder, env })
}

function put(origin: Origin, path: string, bytes: Buffer): string {
  return origin.put(path, resource(bytes, 'video/mp2t', { etag: '"1"' }))
}

/** At the same paths as the synthetic stream, with other bytes. */
function otherFilm(origin: Origin): { readonly url: string; readonly bytes: Buffer } {
  const pieces = Array.from({ length: 40 }, (_, index) => pooledBytes(100 + index, 40_000))
  const lines = pieces.map((bytes, index) => {
    origin.put(`/synthetic/segment-${index}.ts`, resource(bytes, 'video/mp2t'))
    return ['#EXTINF:2.000000,', `segment-${index}.ts`]
  })
  const url = origin.put('/synthetic/index.m3u8', playlist(playlistText(lines, 2)))
  return { url, bytes: Buffer.concat(pieces) }
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
