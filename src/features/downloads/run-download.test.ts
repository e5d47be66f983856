import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DiskPartFiles } from '#adapters/disk/disk-part-files.ts'
import { DiskResultFiles } from '#adapters/disk/disk-result-files.ts'
import { FROM_START, NO_IDENTITY, PLAIN_CHOICE } from '#domain/download.ts'
import { RemoteRefusedError, SegmentMissingError } from '#domain/errors.ts'
import type { JobId } from '#domain/ids.ts'
import { aes128CbcDecipher } from '#lib/segment-bytes/aes-128-cbc.ts'
import { GzipInflater } from '#lib/segment-bytes/gzip-inflater.ts'
import { downloadStream, type FetchLab, NEVER, openFetchLab } from '#test/support/fetch-lab.ts'
import { liveStream } from '#test/support/origin/streams/live.ts'
import { tsStream } from '#test/support/origin/streams/simple.ts'
import type { DownloadPorts } from './download-ports.ts'
import { runDownload } from './run-download.ts'

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
    const { byteLength, notes } = await run(lab, url, 'part', AbortSignal.abort())
    expect(byteLength).toBeGreaterThan(0)
    expect(notes).toHaveLength(1)
  })

  it('fails by name and leaves nothing when nothing had been recorded', async () => {
    await using lab = await openFetchLab()
    await expect(run(lab, `${lab.origin.url}/none.m3u8`, 'none')).rejects.toBeInstanceOf(RemoteRefusedError)
    expect(await readdir(lab.folder)).toEqual([])
  })
})

describe('runDownload: a stream of which nothing can be had', () => {
  it('is no empty file, whatever gaps are allowed', async () => {
    await using lab = await openFetchLab()
    const { url } = await liveStream(lab.origin, { folder: '/live/', segments: 40, speed: 1 })
    lab.origin.setFault({ path: /\.ts$/, fault: { kind: 'status', status: 404 } })
    await expect(run(lab, url, 'empty', AbortSignal.abort())).rejects.toBeInstanceOf(SegmentMissingError)
    expect(await readdir(lab.folder)).not.toContain('empty-result.ts')
  })
})

async function run(lab: FetchLab, url: string, id: string, finishing = NEVER) {
  const ports = {
    ...{ web: lab.web, recordings: lab.recordings, results: new DiskResultFiles(), parts: new DiskPartFiles() },
    governor: { connections: 32, onChange: () => () => {} } as unknown as DownloadPorts['governor'],
    newDecipher: aes128CbcDecipher,
    newInflater: (maxBytes: number) => new GzipInflater(maxBytes),
    library: null,
  }
  const live = { allowGaps: false, live: FROM_START }
  const request = { url, target: 'file', choice: PLAIN_CHOICE, identity: NO_IDENTITY, ...live } as const
  const task = {
    ...{ id: id as JobId, request, signal: NEVER, finishing, report: () => {}, log: () => {} },
    resultPath: (_: string, extension: string) => join(lab.folder, `${id}-result.${extension}`),
    scratchFolder: async () => lab.folder,
  }
  return await runDownload(task, ports as unknown as DownloadPorts)
}
