import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '#adapters/database/open-database.ts'
import { startTelegram, type EmulatedTelegram } from '../support/telegram/start-telegram.ts'
import {
  KILLED_DELETED,
  KILLED_LIBRARY,
  KILLED_NAMES,
  killedBytes,
  type UntilKilled,
} from '../support/telegram-store-until-killed.ts'

const CHILD = fileURLToPath(new URL('../support/telegram-store-until-killed.ts', import.meta.url))
const KILLS = Number(process.env.KILLS ?? 200)
/** Longer than the work takes: some kills come when all is done. */
const LATEST_KILL_MS = 1500

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-telegram-kills-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a store in Telegram whose process is killed with SIGKILL', () => {
  it('at every step: loses nothing, doubles nothing, leaves nothing behind', async () => {
    let step = 1
    for (; ; step++) {
      const databasePath = join(folder, `step-${step}.db`)
      await using telegram = await startTelegram({ bots: 2, channels: 2, seed: step })
      telegram.faults.add({ method: 'sendDocument', nth: 3, fault: { do: 'cut-after' } })
      const first = await run(telegram, { databasePath, killAtStep: step })
      await silence(telegram)
      if (!first.done) {
        const again = await run(telegram, { databasePath, killAtStep: 0 })
        expect(again.done, `after a kill at step ${step}: ${again.said}`).toBe(true)
      }
      await expectTidy(telegram, databasePath, `killed at step ${step}`)
      if (first.done) break
    }
    // Fewer would mean that the labels are no longer reached.
    expect(step).toBeGreaterThan(80)
  })

  it(`at ${KILLS} moments by chance, several in one library, in a Telegram that loses answers`, async () => {
    for (let kills = 0; kills < KILLS; ) {
      const databasePath = join(folder, `random-${kills}.db`)
      await using telegram = await startTelegram({ bots: 2, channels: 2, seed: kills + 1 })
      telegram.faults.random({
        seed: kills + 1,
        faults: [
          { share: 0.1, method: ['sendDocument', 'forwardMessage', 'sendMessage'], fault: { do: 'cut-after' } },
          { share: 0.05, method: 'deleteMessages', fault: { do: 'html', status: 502 } },
          { share: 0.05, method: 'sendDocument', fault: { do: 'html', status: 502, stored: true } },
        ],
      })
      for (let times = 10; times > 0; times--, kills++) {
        await run(telegram, { databasePath, killAtStep: 0 }, 250 + Math.random() * LATEST_KILL_MS)
      }
      telegram.faults.clear()
      await silence(telegram)
      const last = await run(telegram, { databasePath, killAtStep: 0 })
      expect(last.done, last.said).toBe(true)
      await expectTidy(telegram, databasePath, `${kills} kills`)
    }
  })
})

async function expectTidy(telegram: EmulatedTelegram, databasePath: string, when: string): Promise<void> {
  await using database = await openDatabase({ kind: 'sqlite', path: databasePath })
  const blobs = await Array.fromAsync(database.ledger.blobs())
  const ofVideo = blobs.filter(({ name }) => name.startsWith('film'))
  expect(ofVideo.map(({ name }) => name).sort(), when).toEqual(KILLED_NAMES.filter((name) => name !== KILLED_DELETED))
  expect(await database.ledger.intents(), when).toEqual([])
  const owned = new Map(blobs.flatMap((blob) => blob.copies.map((copy) => [`${copy.chatId}/${copy.messageId}`, blob])))
  const live = telegram.channels.flatMap(({ id }) => telegram.live(id))
  const ours = live.filter(({ caption, text }) => (caption ?? text ?? '').startsWith(`t1 ${KILLED_LIBRARY}`))
  // Every message is owned, every copy is a message with its bytes, every blob is in both channels once.
  expect(ours.map(({ chatId, messageId }) => `${chatId}/${messageId}`).sort(), when).toEqual([...owned.keys()].sort())
  for (const { chatId, messageId, sha256 } of ours) {
    expect(sha256(), when).toBe(owned.get(`${chatId}/${messageId}`)?.sha256)
  }
  for (const { copies, byteLength, name } of ofVideo) {
    expect(new Set(copies.map(({ chatId }) => chatId)).size, when).toBe(2)
    expect([copies.length, byteLength], when).toEqual([2, killedBytes(name).byteLength])
  }
}

interface Ended {
  readonly done: boolean
  readonly said: string
}

/** Kills it after so many milliseconds, if it is still there. */
async function run(
  telegram: EmulatedTelegram,
  about: Pick<UntilKilled, 'databasePath' | 'killAtStep'>,
  killAfterMs?: number,
): Promise<Ended> {
  const wish: UntilKilled = {
    ...about,
    root: telegram.root,
    tokens: telegram.bots.map(({ token }) => token),
    chatIds: telegram.channels.map(({ id }) => id),
  }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, JSON.stringify(wish)])
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  let out = ''
  let said = ''
  child.stdout.on('data', (data) => (out += data))
  child.stderr.on('data', (data) => (said += data))
  await new Promise((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  return { done: out.includes('done'), said }
}

/** What had left before the kill has arrived. */
async function silence({ journal }: EmulatedTelegram): Promise<void> {
  while (journal.calls.some(({ endedMs }) => endedMs === undefined))
    await new Promise((resolve) => setTimeout(resolve, 5))
}
