import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SourceSidecar } from '#domain/catalog.ts'
import { type Lab, openLab, read, VIDEO } from './ingest-lab.test-support.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-sidecars-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const FILM = { sizes: [[9000, 9000, 9000]], pieceBytes: 4000 }
const VTT = 'WEBVTT\n\n00:01.000 --> 00:02.000\nHallo\n'
const SRT = '1\n00:00:01,000 --> 00:00:02,000\nHello <b>there</b>\n'
const LABELS = { title: null, forced: false, hearingImpaired: false }

describe('subtitle files that came with the source', () => {
  it('become tracks behind those of the file, their originals kept, and go with it', async () => {
    const { lab, files } = await withSidecars([
      ['src.de.vtt', VTT, { language: 'de', forced: true }],
      ['src.en.srt', SRT, { language: 'en', title: 'English (auto-generated)' }],
    ])
    await using _lab = lab
    await lab.ingest()
    const tracks = (await lab.ports.catalog.tracks(VIDEO)).filter(({ kind }) => kind === 'subtitles')
    expect(tracks.map(({ name }) => name)).toEqual(['s0', 's1', 's2'])
    expect(tracks.slice(1)).toMatchObject([
      { language: 'de', title: null, forced: true, codec: 'webvtt' },
      { language: 'en', title: 'English (auto-generated)', forced: false, codec: 'subrip' },
    ])
    expect(await text(lab, 's1.orig.vtt')).toBe(VTT)
    expect(await text(lab, 's2.orig.srt')).toBe(SRT)
    expect(await text(lab, 's2.vtt')).toMatch(/^WEBVTT\n[\s\S]*00:01\.000 --> (00:)?00:02\.000\nHello <b>there<\/b>/)
    const manifest = JSON.parse(await text(lab, 'manifest.json')) as { record: { tracks: { name: string }[] } }
    expect(manifest.record.tracks.map(({ name }) => name)).toContain('s2')
    expect((await lab.ports.catalog.video(VIDEO)).notes).toEqual([])
    expect(await readdir(files)).toEqual([])
  })

  it('are left out by name when they cannot be read, and the film comes all the same', async () => {
    const { lab, files } = await withSidecars(
      [
        ['src.de.vtt', '<html>no subtitles</html>', { language: 'de' }],
        ['src.und.vtt', Buffer.from([0, 255, 1, 254]), { language: 'und', title: 'Kommentar' }],
        ['src.fr.srt', null, { language: 'fr' }],
        ['src.en.srt', SRT, { language: 'en' }],
      ],
      ['The subtitles eo are left out: the page gives them as .ttml only.'],
    )
    await using _lab = lab
    await lab.killAfter(7)
    await lab.ingest()
    const video = await lab.ports.catalog.video(VIDEO)
    expect(video.state).toBe('ready')
    expect(video.notes).toEqual([
      'The subtitles eo are left out: the page gives them as .ttml only.',
      'The subtitles German are left out: No cue with a time was found in it.',
      'The subtitles Kommentar are left out: No cue with a time was found in it.',
      'The subtitles French are left out: the file is gone.',
    ])
    const tracks = (await lab.ports.catalog.tracks(VIDEO)).filter(({ kind }) => kind === 'subtitles')
    expect(tracks.map(({ name }) => name)).toEqual(['s0', 's4'])
    expect(await readdir(files)).toEqual([])
  })

  it('are neither lost nor doubled by a kill at any step, and stay where they are until all is published', async () => {
    for (let step = 1; ; step++) {
      const { lab, files } = await withSidecars([
        ['src.de.vtt', VTT, { language: 'de' }],
        ['src.en.srt', SRT, { language: 'en' }],
      ])
      await using _lab = lab
      const wasKilled = await lab.killAfter(step)
      const { state } = await lab.ports.catalog.video(VIDEO)
      if (state !== 'ready') expect(await readdir(files)).toHaveLength(2)
      await lab.ingest()
      const { attachments, tracks } = await lab.ports.catalog.record(VIDEO)
      expect(tracks.map(({ name }) => name)).toEqual(['v0', 's0', 's1', 's2'])
      const texts = attachments.filter(({ kind }) => kind === 'subtitle' || kind === 'subtitle-original')
      expect(texts.map(({ name }) => name)).toEqual(
        ['s0.orig.srt', 's0.vtt', 's1.orig.vtt', 's1.vtt', 's2.orig.srt', 's2.vtt'].sort(),
      )
      expect(await text(lab, 's1.orig.vtt')).toBe(VTT)
      expect(await readdir(files)).toEqual([])
      if (!wasKilled) return expect(step).toBeGreaterThan(12)
    }
  }, 120_000)
})

type File = readonly [name: string, content: string | Uint8Array | null, labels: Partial<SourceSidecar>]

async function withSidecars(files: readonly File[], notes: readonly string[] = []) {
  const own = await mkdtemp(join(folder, 'files-'))
  const sidecars: SourceSidecar[] = []
  for (const [name, content, labels] of files) {
    const path = join(own, name)
    if (content !== null) await writeFile(path, content)
    sidecars.push({ language: 'und', ...LABELS, ...labels, path })
  }
  return { files: own, lab: await openLab(FILM, folder, { owned: true, sidecars, notes }) }
}

/** An attachment, from the store. */
async function text({ ports }: Lab, name: string): Promise<string> {
  const { attachments, packs } = await ports.catalog.record(VIDEO)
  const slices = attachments.find((each) => each.name === name)?.slices ?? []
  return (await read(slices, ports, packs)).toString('utf8')
}
