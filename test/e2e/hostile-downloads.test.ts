import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CliDownload, downloadByCli } from '../support/download-by-cli.ts'
import { HOSTILE_PLAYLISTS } from '../support/hostile-playlists.ts'
import type { HostilePlaylist } from '../support/hostile/hostile-playlist.ts'
import { playlist, resource } from '../support/origin/answer.ts'
import { type Origin, startOrigin } from '../support/origin/start-origin.ts'
import { recordedMedia } from '../support/origin/recorded-media.ts'

/** Commands at once: starting the program is most of their time. */
const AT_ONCE = 3

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-hostile-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a download of hostile playlists', () => {
  it(`ends with what was expected for each of ${HOSTILE_PLAYLISTS.length}: complete, or an error with its name`, async () => {
    await using origin = await startOrigin()
    const { pieces } = await recordedMedia('ts')
    const left = HOSTILE_PLAYLISTS.entries()
    const wrong: string[] = []
    const work = async () => {
      for (const [index, hostile] of left) {
        const done = await tried(origin, index, hostile, pieces[0]?.bytes ?? Buffer.alloc(0))
        const outcome = outcomeOf(done)
        if (!hostile.downloaded.includes(outcome)) wrong.push(`${hostile.name}: ${outcome}: ${done.stderr.slice(-300)}`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    expect(wrong).toEqual([])
  }, 600_000)
})

async function tried(origin: Origin, index: number, { text }: HostilePlaylist, segment: Buffer): Promise<CliDownload> {
  const at = `/${index}/`
  const good = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\ngood.ts\n#EXT-X-ENDLIST\n'
  for (const name of ['good.ts', 'good-2.ts']) origin.put(at + name, resource(segment, 'video/mp2t'))
  origin.put(`${at}good.m3u8`, playlist(good))
  origin.put(`${at}key.bin`, resource(Buffer.alloc(16, 1), 'application/octet-stream'))
  const url = origin.put(`${at}index.m3u8`, playlist(text()))
  const dataDir = join(folder, String(index))
  await mkdir(dataDir)
  const args = ['--container', 'original']
  return downloadByCli(url, { dataDir, output: join(dataDir, 'film.bin'), allow: origin.hostPort, args })
}

function outcomeOf({ code, hung, error }: CliDownload): string {
  if (hung) return 'hung'
  return code === 0 || code === 3 ? 'complete' : (error?.code ?? `exit ${code} without a word`)
}
