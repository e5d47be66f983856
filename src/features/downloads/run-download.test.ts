import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RemoteRefusedError, SegmentMissingError } from '#domain/errors.ts'
import { downloadStream, NEVER, openFetchLab } from '#test/support/fetch-lab.ts'
import { playlist, redirect } from '#test/support/origin/answer.ts'
import { liveStream } from '#test/support/origin/streams/live.ts'
import { tsStream } from '#test/support/origin/streams/simple.ts'
import { run } from './run-download.test-support.ts'

describe('runDownload: a stream whose address is gone', () => {
  it('becomes its file when all of it had been recorded', async () => {
    await using lab = await openFetchLab()
    const { url, renditions } = await tsStream(lab.origin)
    await downloadStream(lab, url, { id: 'whole' })
    lab.origin.remove(new URL(url).pathname)
    const { state, path, sha256 } = await run(lab, url, 'whole')
    expect([state, sha256]).toEqual(['complete', renditions.main.sha256])
    expect(
      createHash('sha256')
        .update(await readFile(path ?? ''))
        .digest('hex'),
    ).toBe(sha256)
  })

  it('ends with what was recorded of a live one when nobody wants more, and not before', async () => {
    await using lab = await openFetchLab()
    const { url } = await liveStream(lab.origin, { folder: '/live/', event: true, segments: 40, speed: 10 })
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('The power is gone.')), 700)
    await expect(downloadStream(lab, url, { id: 'part', signal: stop.signal })).rejects.toThrow('power')
    lab.origin.remove(new URL(url).pathname)
    await expect(run(lab, url, 'part')).rejects.toBeInstanceOf(RemoteRefusedError)
    const { byteLength, notes } = await run(lab, url, 'part', { finishing: AbortSignal.abort() })
    expect(byteLength).toBeGreaterThan(0)
    expect(notes).toHaveLength(1)
  })

  it('fails by name and leaves nothing when nothing had been recorded', async () => {
    await using lab = await openFetchLab()
    await expect(run(lab, `${lab.origin.url}/none.m3u8`, 'none')).rejects.toBeInstanceOf(RemoteRefusedError)
    expect(await readdir(lab.folder)).toEqual([])
  })
})

describe('runDownload: a stream whose playlist moves', () => {
  it('goes on with the file that it began, whatever its address is called now', async () => {
    await using lab = await openFetchLab()
    const { url, renditions } = await tsStream(lab.origin)
    const { text } = await lab.web.text({ url }, NEVER)
    const absolute = text.replace(/^(?=\w)/gm, new URL('.', url).pathname)
    let visits = 0
    const page = lab.origin.put('/watch', () => redirect(`/token-${++visits}/index.m3u8`))
    for (const token of [1, 2]) lab.origin.put(`/token-${token}/index.m3u8`, playlist(absolute))
    lab.origin.setFault({ path: /5\.ts$/, fault: { kind: 'status', status: 404 } })
    await expect(run(lab, page, 'film', { named: true })).rejects.toBeInstanceOf(SegmentMissingError)
    lab.origin.clearFaults()
    const { title, path, sha256 } = await run(lab, page, 'film', { named: true })
    expect([title, basename(path ?? ''), sha256]).toEqual(['token-1', 'token-1.ts', renditions.main.sha256])
    expect((await readdir(lab.folder)).filter((name) => name.startsWith('token'))).toEqual(['token-1.ts'])
  })
})

describe('runDownload: a stream of which nothing can be had', () => {
  it('is no empty file, whatever gaps are allowed', async () => {
    await using lab = await openFetchLab()
    const { url } = await liveStream(lab.origin, { folder: '/live/', segments: 40, speed: 1 })
    lab.origin.setFault({ path: /\.ts$/, fault: { kind: 'status', status: 404 } })
    await expect(run(lab, url, 'empty', { finishing: AbortSignal.abort() })).rejects.toBeInstanceOf(SegmentMissingError)
    expect(await readdir(lab.folder)).not.toContain('empty-result.ts')
  })
})
