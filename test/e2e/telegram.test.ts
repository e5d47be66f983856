import { createHash } from 'node:crypto'
import { copyFile, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VideoId } from '#domain/ids.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { GERMAN_CUES } from '../support/media-matrix-subtitles.ts'
import { runTelereel } from '../support/run-telereel.ts'
import { type HlsJsPlayer, startHlsJs } from '../support/players/hls-js.ts'
import { playWithMpv } from '../support/players/mpv.ts'
import { playWithVlc } from '../support/players/vlc.ts'
import { readServed } from '../support/served-stream.ts'
import { makeDataDir, type RunningServer, startServer } from '../support/start-server.ts'
import { AGREED, captionOf, disagreement, isOurs, nameOf } from '../support/telegram-oracle.ts'
import { openTelegramLab, SMALL_CHUNKS, storedIn, type TelegramLab } from '../support/telegram-lab.ts'
import { uploadByCli } from '../support/upload-by-cli.ts'

/** Stands in the name of the file, so in the title of the video. */
const TITLE = 'Verysecretfilm'
const FRAMES = 300

let folder: string
let film: string
let chromium: HlsJsPlayer
/** As it is served when it lies in a folder. */
let served: ReadonlyMap<string, Buffer>
let packsOnDisk: readonly Buffer[]

beforeAll(async () => {
  folder = await makeDataDir()
  film = join(folder, `${TITLE}.mp4`)
  await copyFile(await mediaFile('mp4-two-voices'), film)
  chromium = await startHlsJs()
  await using server = await startServer({ env: SMALL_CHUNKS })
  const { videoId, code, stderr } = await uploadByCli(server, film)
  expect(code, stderr).toBe(0)
  served = await readServed(`${server.url}/playlist/local/${videoId}.m3u8`)
  const blobs = join(server.dataDir, 'blobs', videoId)
  packsOnDisk = await Promise.all((await readdir(blobs)).map((name) => readFile(join(blobs, name))))
})
afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

describe.each([
  { bots: 3, channels: 1, replicas: 1, way: 'cli' },
  { bots: 3, channels: 3, replicas: 2, way: 'http' },
] as const)('a film in $channels channel of $bots bots, $replicas times', ({ bots, channels, replicas, way }) => {
  let lab: TelegramLab
  let server: RunningServer
  let videoId: VideoId
  let url: string
  beforeAll(async () => {
    lab = await openTelegramLab({ telegram: { bots, channels }, env: { REPLICAS: String(replicas) } })
    server = await lab.serve()
    videoId = way === 'cli' ? await lab.upload(film) : ((await server.api.upload(film)) as VideoId)
    await server.api.waitReady(videoId)
    url = `${server.url}/playlist/local/${videoId}.m3u8`
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await lab?.[Symbol.asyncDispose]()
  })
  const blobMessages = () =>
    lab.telegram.channels
      .flatMap(({ id }) => lab.telegram.live(id))
      .filter((message) => nameOf(message).startsWith(videoId))

  it('is not opened with another ENCRYPTION than it was begun with', async () => {
    const env = { ...lab.env, ENCRYPTION: 'off' }
    const { code, stderr } = await runTelereel(['list'], { dataDir: lab.dataDir, env })
    expect([code, stderr]).toEqual([2, expect.stringContaining('begun with ENCRYPTION=on')])
  })

  it('lies in as many messages as there are packs and copies, spread over bots and channels', async () => {
    const messages = blobMessages()
    expect(packsOnDisk.length).toBeGreaterThan(3)
    expect(messages).toHaveLength(packsOnDisk.length * replicas)
    expect(new Set(messages.map(nameOf)).size).toBe(packsOnDisk.length)
    expect(new Set(messages.map(({ chatId }) => chatId)).size).toBe(channels)
    expect(new Set(messages.map(({ fromId }) => fromId)).size).toBeGreaterThan(1)
  })

  it('is served byte by byte as from a folder', async () => {
    const { statistics } = await server.api.video(videoId)
    expect(statistics?.packs).toBe(packsOnDisk.length)
    const fromTelegram = await readServed(url)
    expect(hashesOf(fromTelegram)).toEqual(hashesOf(served))
  })

  it('plays to the end in hls.js, mpv and VLC, with both voices and its subtitles', async () => {
    const [mpv, vlc] = await Promise.all([playWithMpv(url), playWithVlc(url)])
    expect({ mpv, vlc }).toMatchObject({ mpv: { ended: true, errorLines: [] }, vlc: { ended: true, errorLines: [] } })
    await using page = await chromium.open(url)
    expect(await page.play(4)).toMatchObject({ ended: true, holes: [], frames: FRAMES })
    expect(page.audioTracks.map(({ lang }) => lang)).toEqual(['en', 'de'])
    expect(await page.readCues(0, GERMAN_CUES.length)).toHaveLength(GERMAN_CUES.length)
  })

  it('tells whoever reads the channel neither its name nor a piece of its bytes', async () => {
    const messages = lab.telegram.channels.flatMap(({ id }) => lab.telegram.messages(id)).filter(isOurs)
    const words = messages.map((message) => `${captionOf(message)} ${message.fileName}`)
    for (const text of words) {
      expect(text).not.toMatch(new RegExp(TITLE, 'i'))
      expect(text).not.toContain('two-voices')
    }
    const stored = await Promise.all(
      blobMessages().map(({ chatId, messageId }) => storedIn(lab.telegram, chatId, messageId)),
    )
    const pieces = [
      ...piecesOf(served),
      Buffer.from(TITLE),
      Buffer.from('manifest.json'),
      packsOnDisk[0]?.subarray(0, 8),
    ]
    expect(pieces.length).toBeGreaterThanOrEqual(30)
    const holds = (where: readonly Buffer[]) =>
      pieces.map((piece) => where.some((bytes) => bytes.includes(piece ?? '')))
    // That what is looked for can be found at all.
    expect(holds(packsOnDisk)).toEqual(pieces.map(() => true))
    expect(holds(stored)).toEqual(pieces.map(() => false))
  })

  it('leaves no message when it is deleted', async () => {
    // The first sweep of a server takes its time.
    const differs = () => disagreement(lab.telegram, lab.dataDir)
    await expect.poll(differs, { timeout: 60_000, interval: 500 }).toEqual(AGREED)
    expect(blobMessages()).toHaveLength(packsOnDisk.length * replicas)
    expect(await lab.run('delete', '--video-id', videoId, '--yes')).toMatchObject({ code: 0 })
    expect(blobMessages()).toEqual([])
    expect(await server.api.videos()).toEqual([])
    expect((await fetch(url)).status).toBe(404)
    expect(await differs()).toEqual(AGREED)
  })
})

function hashesOf(bytes: ReadonlyMap<string, Buffer>): Readonly<Record<string, string>> {
  return Object.fromEntries([...bytes].map(([name, each]) => [name, createHash('sha256').update(each).digest('hex')]))
}

/** From the middle of every segment that is not small. */
function piecesOf(segments: ReadonlyMap<string, Buffer>): Buffer[] {
  const large = [...segments.values()].filter(({ byteLength }) => byteLength > 10_000)
  return large.flatMap((bytes) => [0.2, 0.5, 0.8].map((share) => pieceAt(bytes, Math.floor(bytes.byteLength * share))))
}

function pieceAt(bytes: Buffer, at: number): Buffer {
  return bytes.subarray(at, at + 16)
}
