import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { downloadByCli } from '../support/download-by-cli.ts'
import { redirect, resource } from '../support/origin/answer.ts'
import { type Origin, startOrigin } from '../support/origin/start-origin.ts'
import { rotatingKeys } from '../support/origin/streams/encrypted.ts'
import { plainFile } from '../support/origin/streams/plain-file.ts'
import { tsStream } from '../support/origin/streams/simple.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-with-cookies-'))
  const lines = [
    '# telereel-domain: 127.0.0.1',
    '127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tcookie-value',
    '127.0.0.1\tFALSE\t/\tTRUE\t0\ttls\tnever',
    '127.0.0.1\tFALSE\t/elsewhere/\tFALSE\t0\tpath\tnever',
    '127.0.0.2\tFALSE\t/\tFALSE\t0\tforeign\tnever',
  ]
  await mkdir(join(folder, 'cookies'))
  await writeFile(join(folder, 'cookies/mine.txt'), lines.join('\n'), { mode: 0o600 })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const cookiesAt = (origin: Origin) => [...new Set(origin.requests.map(({ headers }) => headers.cookie))]

async function download(url: string, allow: string, name: string) {
  const args = ['--container', 'original', '--cookies', 'mine']
  return await downloadByCli(url, { dataDir: folder, output: join(folder, name), allow, args })
}

describe.concurrent('a cookies file of the data folder', () => {
  it('goes with the playlist, its keys and its segments', async () => {
    await using origin = await startOrigin()
    const stream = await rotatingKeys(origin)
    const done = await download(stream.url, origin.hostPort, 'stream.ts')
    expect([done.code, done.sha256], done.stderr).toEqual([0, stream.renditions.main.sha256])
    expect(cookiesAt(origin)).toEqual(['session=cookie-value'])
    expect(done.stderr + JSON.stringify(done.warnings)).not.toContain('cookie-value')
  })

  it('goes with the parts of a file, and not on to another host', async () => {
    await using origin = await startOrigin()
    await using other = await startOrigin({ host: '127.0.0.2' })
    const file = plainFile(other, { path: '/film.mp4', content: 3_000_000 })
    const url = origin.put('/film.mp4', redirect(file.url))
    const done = await download(url, `${origin.hostPort},${other.hostPort}`, 'film.mp4')
    expect([done.code, done.sha256], done.stderr).toEqual([0, file.sha256])
    expect([cookiesAt(origin), cookiesAt(other)]).toEqual([['session=cookie-value'], [undefined]])
  })

  it('goes to no host of segments that it is not for', async () => {
    await using origin = await startOrigin()
    await using other = await startOrigin({ host: '127.0.0.2' })
    const stream = await tsStream(other)
    const text = await (await fetch(stream.url)).text()
    const absolute = text.replace(/^(?!#)(.+)$/gm, `${other.url}/ts/$1`)
    const url = origin.put('/index.m3u8', resource(Buffer.from(absolute), 'application/vnd.apple.mpegurl'))
    const done = await download(url, `${origin.hostPort},${other.hostPort}`, 'apart.ts')
    expect([done.code, done.sha256], done.stderr).toEqual([0, stream.renditions.main.sha256])
    expect([cookiesAt(origin), cookiesAt(other)]).toEqual([['session=cookie-value'], [undefined]])
  })

  it('that is for another site is refused before anything is asked', async () => {
    await using other = await startOrigin({ host: '127.0.0.2' })
    const { url } = await tsStream(other)
    const done = await download(url, other.hostPort, 'refused.ts')
    expect([done.error?.code, done.sha256], done.stderr).toEqual(['invalid-input', null])
    expect(other.requests).toEqual([])
  })
})
