import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DiskResultFiles } from '#adapters/disk/disk-result-files.ts'
import type { Recording, RecordingHead } from '#domain/recording.ts'
import { type FetchLab, NEVER, openFetchLab } from '#test/support/fetch-lab.ts'
import { joinRecording } from './join-recording.ts'

describe('joinRecording', () => {
  it('writes init sections where they change, by what they hold, and leaves gaps out', async () => {
    await using lab = await openFetchLab()
    await using recording = await begun(lab)
    for (const [key, text] of [
      ['a', 'INIT-A '],
      ['a again', 'INIT-A '],
      ['b', 'INIT-B '],
    ] as const) {
      await using file = await recording.createFile()
      await file.write(Buffer.from(text))
      await file.commit({ kind: 'init', key })
    }
    const inits = ['a', 'a again', null, 'b', 'b', 'a']
    for (const [position, key] of inits.entries()) await write(recording, position, `${position} `, key)
    await recording.finish({ state: 'complete', why: null })
    await joined(lab, recording)
    expect(await readFile(join(lab.folder, 'film'), 'utf8')).toBe('INIT-A 0 1 INIT-B 3 4 INIT-A 5 ')
  })

  it('releases what the result has, and goes on after a stop without it', async () => {
    await using lab = await openFetchLab()
    await using recording = await begun(lab)
    const large = 'x'.repeat(30 * 1024 * 1024)
    for (const position of [0, 1, 2]) await write(recording, position, large)
    const stop = new AbortController()
    const joining = joined(lab, recording, stop.signal)
    const media = join(recording.path, 'media')
    while ((await readdir(media)).length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    stop.abort(new Error('enough'))
    await expect(joining).rejects.toThrow('enough')
    for (const position of [3, 4]) await write(recording, position, `${position}`)
    await recording.finish({ state: 'complete', why: null })
    const facts = await joined(lab, recording)
    const bytes = await readFile(join(lab.folder, 'film'))
    expect(facts.byteLength).toBe(3 * large.length + 2)
    expect(bytes.equals(Buffer.from(`${large}${large}${large}34`))).toBe(true)
    // Again, as after a crash behind the last step.
    expect(await joined(lab, recording)).toEqual(facts)
  }, 30_000)

  it('says so when what it needs is neither in the recording nor in the result', async () => {
    await using lab = await openFetchLab()
    await using recording = await begun(lab)
    await write(recording, 0, 'some bytes')
    await recording.finish({ state: 'complete', why: null })
    await rm(join(recording.path, 'media', 'main-000000'))
    await expect(joined(lab, recording)).rejects.toThrow()
    await writeFile(join(recording.path, 'media', 'main-000000'), 'shorter')
    await expect(joined(lab, recording)).rejects.toMatchObject({ code: 'blob-damaged' })
  })
})

async function begun(lab: FetchLab): Promise<Recording> {
  const recording = await lab.recordings.open('download')
  await recording.begin(HEAD)
  return recording
}

async function joined(lab: FetchLab, recording: Recording, signal: AbortSignal = NEVER) {
  await using followed = await lab.recordings.follow(recording.path)
  return await joinRecording(followed, new DiskResultFiles(), { path: join(lab.folder, 'film'), signal })
}

const HEAD: RecordingHead = {
  title: 'Film',
  url: 'http://127.0.0.1/film.m3u8',
  live: false,
  renditions: [],
  targetDurationSec: 4,
  durationSec: null,
}

/** `undefined`: needs no init section; null: it is a gap. */
async function write(recording: Recording, position: number, text: string, initKey?: string | null): Promise<void> {
  await using file = await recording.createFile()
  if (initKey !== null) await file.write(Buffer.from(text))
  await file.commit({
    kind: 'segment',
    rendition: 'main',
    position,
    msn: position,
    period: 0,
    durationSec: 4,
    init: initKey ? recording.initFile(initKey) : null,
    gap: initKey === null ? 'missing' : null,
    uriPath: `/${position}`,
  })
}
