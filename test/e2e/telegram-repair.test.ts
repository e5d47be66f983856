import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { VideoId } from '#domain/ids.ts'
import type { Pack } from '#domain/video.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { startTelereel } from '../support/run-telereel.ts'
import { readServed } from '../support/served-stream.ts'
import { openTelegramLab, type TelegramLab } from '../support/telegram-lab.ts'
import { AGREED, beliefOf, disagreement, nameOf } from '../support/telegram-oracle.ts'

/** A cache that stays, and nothing in it but what somebody asked for. */
const ENV = { CACHE_TYPE: 'disk', CACHE_DIR: 'cache', ENABLE_CACHE_WARMING: 'false', PRELOAD_SEGMENTS: '0' }

/** A film in a channel, whose file is the user's own. */
interface Stored {
  readonly lab: TelegramLab
  readonly filmPath: string
  readonly videoId: VideoId
  /** As it was served before anything was lost. */
  readonly whole: ReadonlyMap<string, Buffer>
}

let film: string
beforeAll(async () => {
  film = await mediaFile('mp4-two-voices')
})

describe.concurrent('verify --repair of a channel', () => {
  it('makes a deleted message anew from what somebody watched: the same blob, in its place', async () => {
    await using at = await openStored()
    await rm(at.filmPath)
    const before = await packsOf(at)
    await deleteMessages(at, [1])
    expect((await at.lab.run('verify')).code).toBe(20)
    const mended = await at.lab.run('verify', '--repair')
    expect([mended.code, mended.stderr]).toEqual([0, expect.anything()])
    expect(mended.stdout).toMatch(/pack 1: \d+ slices from the cache\n/)
    expect(mended.stdout).toMatch(/pack 1: Made a copy/)
    expect(await packsOf(at)).toEqual(before)
    await expectWhole(at)
  })

  it('makes messages anew from the file, those that cannot be the same as well', async () => {
    await using at = await openStored()
    await loseCache(at)
    await deleteMessages(at, [0, 1])
    const dry = await at.lab.run('verify', '--repair', '--dry-run')
    expect([dry.code, dry.stdout]).toEqual([20, expect.stringContaining('~ film: pack 0: written anew')])
    const mended = await at.lab.run('verify', '--repair')
    expect([mended.code, mended.stdout]).toEqual([0, expect.stringContaining(`from ${at.filmPath}`)])
    await expectWhole(at)
  })

  it('says what is lost when there is nothing to make it from, and changes nothing', async () => {
    await using at = await openStored()
    await loseCache(at)
    await rm(at.filmPath)
    await deleteMessages(at, [1])
    const [before, lost] = [await packsOf(at), await at.lab.run('verify')]
    const tried = await at.lab.run('verify', '--repair')
    expect([lost.code, tried.code]).toEqual([20, 20])
    const problemsIn = (text: string) => text.split('\n').filter((line) => line.startsWith('✖'))
    expect(problemsIn(tried.stdout)).toEqual(problemsIn(lost.stdout))
    expect(problemsIn(tried.stdout).join('\n')).toMatch(/✖ film: Track v0, 00:00:\d\d–00:00:\d\d: pack 1 is gone/)
    expect(tried.stdout).toContain(`${at.filmPath} is not there any more.`)
    expect(await packsOf(at)).toEqual(before)
  })

  it('leaves nothing lost or doubled when it is killed, whenever that is', async () => {
    await using at = await openStored()
    const wholeMs = await timeOf(() => at.lab.run('verify'))
    await deleteMessages(at, [0, 1])
    let kills = 0
    for (let share = 0.5; share < 2.6; share += 0.6) kills += Number(await isKilled(at, share * wholeMs))
    expect(kills).toBeGreaterThan(0)
    const mended = await at.lab.run('verify', '--repair')
    expect([mended.code, mended.stderr]).toEqual([0, expect.anything()])
    await expectWhole(at)
  }, 240_000)
})

async function openStored(): Promise<Stored & AsyncDisposable> {
  const lab = await openTelegramLab({ telegram: { bots: 2 }, env: ENV })
  const filmPath = join(lab.dataDir, 'film.mp4')
  await copyFile(film, filmPath)
  const videoId = await lab.upload(filmPath)
  const whole = await served(lab, videoId)
  return { lab, filmPath, videoId, whole, [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() }
}

async function served(lab: TelegramLab, videoId: VideoId): Promise<ReadonlyMap<string, Buffer>> {
  await using server = await lab.serve()
  return await readServed(`${server.url}/playlist/local/${videoId}.m3u8`)
}

async function loseCache({ lab }: Pick<Stored, 'lab'>): Promise<void> {
  await rm(join(lab.dataDir, 'cache'), { recursive: true, force: true })
}

async function packsOf({ lab, videoId }: Stored): Promise<readonly Pack[]> {
  const { records } = await beliefOf(lab.dataDir)
  return records.find(({ video }) => video.id === videoId)?.packs ?? []
}

async function deleteMessages({ lab, videoId }: Stored, positions: readonly number[]): Promise<void> {
  const names = new Set(positions.map((position) => `${videoId}/${position}`))
  for (const message of lab.telegram.live(lab.chatId).filter((each) => names.has(nameOf(each)))) {
    lab.telegram.happen({ what: 'delete-message', chatId: message.chatId, messageId: message.messageId })
  }
}

/** How long it takes here and now. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

/** True when it did not come to its end before. */
async function isKilled({ lab }: Stored, afterMs: number): Promise<boolean> {
  const child = startTelereel(['verify', '--repair'], lab)
  const timer = setTimeout(() => child.kill('SIGKILL'), afterMs)
  const signal = await new Promise<string | null>((done) => child.once('close', (_code, by) => done(by)))
  clearTimeout(timer)
  return signal === 'SIGKILL'
}

/** Verified, played without the cache, and nothing in the channel that nobody needs, after one sweep. */
async function expectWhole({ lab, videoId, whole }: Stored): Promise<void> {
  const verified = await lab.run('verify')
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('0 problems')])
  await loseCache({ lab })
  const now = await served(lab, videoId)
  expect([...now.keys()].sort()).toEqual([...whole.keys()].sort())
  expect([...now].filter(([name, bytes]) => !whole.get(name)?.equals(bytes))).toEqual([])
  {
    await using _server = await lab.serve()
    const agreed = async () => expect(await disagreement(lab.telegram, lab.dataDir)).toEqual(AGREED)
    await vi.waitFor(agreed, { timeout: 30_000, interval: 500 })
  }
}
