import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { DiskPartFiles } from '#adapters/disk/disk-part-files.ts'
import { RemoteBrokenError, RemoteRefusedError } from '#domain/errors.ts'
import type { JobProgress } from '#domain/job-queue.ts'
import type { PartFiles } from '#domain/part-file.ts'
import { type FetchLab, NEVER, openFetchLab, QUICK } from '#test/support/fetch-lab.ts'
import type { Fault } from '#test/support/origin/fault.ts'
import { plainFile } from '#test/support/origin/streams/plain-file.ts'
import { fetchFile } from './fetch-file.ts'

const BYTES = 5_300_000

describe('fetchFile', () => {
  it('fetches parts over several connections where the server gives parts', async () => {
    await using lab = await openFetchLab()
    lab.origin.network.latencyMs = 20
    const truth = plainFile(lab.origin, { path: '/film.mp4', content: BYTES })
    const { facts, reports, files } = await download(lab, truth.url)
    expect(facts).toEqual({ byteLength: BYTES, sha256: truth.sha256 })
    expect(lab.origin.figures.mostRequests).toBeGreaterThan(1)
    expect(reports.at(-1)).toMatchObject({ percent: 100, bytes: BYTES, totalBytes: BYTES })
    expect(files).toEqual(['film.mp4'])
  })

  it.each([
    ['gives no parts', { ranges: false }],
    ['cannot prove that parts belong together', { etag: 'weak', lastModified: false }],
    ['says nothing of its file', { etag: 'none', lastModified: false, ranges: false, chunked: true }],
  ] as const)('fetches one stream from a server that %s', async (_name, options) => {
    await using lab = await openFetchLab()
    const truth = plainFile(lab.origin, { path: '/film.mp4', content: 2_000_000, ...options })
    expect((await download(lab, truth.url)).facts).toEqual({ byteLength: 2_000_000, sha256: truth.sha256 })
    expect(lab.origin.figures.mostRequests).toBe(1)
  })

  const faults: readonly (readonly [string, Fault])[] = [
    ['cuts', { kind: 'cut', share: 0.5 }],
    ['stalls', { kind: 'stall', share: 0.3 }],
    ['resets', { kind: 'reset' }],
    ['answers 503', { kind: 'status', status: 503, retryAfter: '0' }],
    ['lies about ranges', { kind: 'content-range', wrong: 'header' }],
    ['ignores ranges', { kind: 'ignore-range' }],
  ]

  it.each(faults)('gives the exact bytes of a server that %s now and then', async (_name, fault) => {
    await using lab = await openFetchLab()
    const truth = plainFile(lab.origin, { path: '/film.mp4', content: BYTES })
    // Not at first: then it is a server without parts.
    lab.origin.setFault({ percent: 30, times: 6, fault })
    expect((await download(lab, truth.url)).facts).toEqual({ byteLength: BYTES, sha256: truth.sha256 })
  })

  it('goes on after a stop with the parts that are there', async () => {
    await using lab = await openFetchLab()
    lab.origin.network.bytesPerSec = 4_000_000
    const truth = plainFile(lab.origin, { path: '/film.mp4', content: BYTES })
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('enough')), 700)
    await expect(download(lab, truth.url, { signal: stop.signal, connections: 2 })).rejects.toThrow('enough')
    lab.origin.network.bytesPerSec = null
    const before = new Set(lab.origin.requests.filter(({ end }) => end === 'whole').map(({ range }) => range))
    expect(before.size).toBeGreaterThan(1)
    lab.origin.journal.clear()
    const { facts, log } = await download(lab, truth.url)
    expect(facts).toEqual({ byteLength: BYTES, sha256: truth.sha256 })
    expect(log.join()).toMatch(/parts of it are here already/)
    const again = lab.origin.requests.filter(({ range }) => range !== 'bytes=0-0' && before.has(range))
    // What had come whole over a connection, but was not safe yet.
    expect(again.length).toBeLessThanOrEqual(2)
  })

  it('asks for no more while many parts cannot be made safe: a kill would cost them', async () => {
    await using lab = await openFetchLab()
    const disk = Promise.withResolvers<void>()
    const truth = plainFile(lab.origin, { path: '/film.mp4', content: 12_000_000 })
    const downloading = download(lab, truth.url, { connections: 2, files: heldCommits(disk.promise) })
    const asked = () => lab.origin.requests.filter(({ range }) => range !== 'bytes=0-0').length
    // Two that others may overtake, two that keep their connections.
    await vi.waitFor(() => expect(asked()).toBe(4), { timeout: 10_000 })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(asked()).toBe(4)
    disk.resolve()
    expect((await downloading).facts).toEqual({ byteLength: 12_000_000, sha256: truth.sha256 })
  })

  it('begins anew, and says so, when another file is there now', async () => {
    await using lab = await openFetchLab()
    lab.origin.network.bytesPerSec = 4_000_000
    const first = plainFile(lab.origin, { path: '/film.mp4', content: BYTES })
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('enough')), 700)
    await expect(download(lab, first.url, { signal: stop.signal, connections: 2 })).rejects.toThrow('enough')
    lab.origin.network.bytesPerSec = null
    const now = plainFile(lab.origin, { path: '/film.mp4', content: BYTES + 1, lastModified: false })
    const { facts, log } = await download(lab, first.url)
    expect(facts).toEqual({ byteLength: BYTES + 1, sha256: now.sha256 })
    expect(log.join()).toMatch(/begins anew/)
  })

  it('mixes nothing of a file that is replaced all the time: it fails', async () => {
    await using lab = await openFetchLab()
    const { url } = plainFile(lab.origin, { path: '/film.mp4', content: BYTES, etag: 'changing', lastModified: false })
    await expect(download(lab, url)).rejects.toBeInstanceOf(RemoteBrokenError)
    expect(await readdir(lab.folder)).not.toContain('film.mp4')
  })

  it('refuses nothing at all as a file', async () => {
    await using lab = await openFetchLab()
    for (const ranges of [true, false]) {
      const { url } = plainFile(lab.origin, { path: '/film.mp4', content: Buffer.alloc(0), ranges })
      await expect(download(lab, url)).rejects.toBeInstanceOf(RemoteBrokenError)
    }
    await expect(download(lab, `${lab.origin.url}/nothing.mp4`)).rejects.toBeInstanceOf(RemoteRefusedError)
  })
})

interface Wishes {
  readonly signal?: AbortSignal
  readonly connections?: number
  readonly files?: PartFiles
}

async function download(lab: FetchLab, url: string, { files = new DiskPartFiles(), ...options }: Wishes = {}) {
  const log: string[] = []
  const reports: JobProgress[] = []
  const path = join(lab.folder, 'film.mp4')
  const governor = { connections: 32, onChange: () => () => {} }
  const ports = { web: lab.web, governor, log: ({ text }: { readonly text: string }) => log.push(text) }
  const facts = await fetchFile(url, files, ports, {
    path,
    signal: NEVER,
    settings: QUICK,
    report: (progress) => reports.push(progress),
    ...options,
  })
  expect((await readFile(path)).length).toBe(facts.byteLength)
  return { facts, log, reports, files: await readdir(lab.folder) }
}

/** A disk that makes nothing safe before then. */
function heldCommits(until: Promise<void>): PartFiles {
  const files = new DiskPartFiles()
  return {
    open: async (path) => {
      const file = await files.open(path)
      const openPart = file.openPart.bind(file)
      file.openPart = (number) => {
        const part = openPart(number)
        return { ...part, commit: () => until.then(part.commit) }
      }
      return file
    },
  }
}
