import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MasterKey } from '#lib/sealing/master-key.ts'
import { formatRecoveryKey } from '#lib/sealing/recovery-key.ts'
import { comparable } from '../support/comparable-record.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { runTelereel } from '../support/run-telereel.ts'
import { readServed } from '../support/served-stream.ts'
import { makeDataDir, startServer } from '../support/start-server.ts'
import { openTelegramLab, SMALL_CHUNKS, type TelegramLab } from '../support/telegram-lab.ts'
import { AGREED, beliefOf, type Belief, disagreement, isOfStore } from '../support/telegram-oracle.ts'

let lab: TelegramLab
let recoveryKey: string
let before: Belief
let videoId: string
let served: ReadonlyMap<string, Buffer>
const fresh: string[] = []

beforeAll(async () => {
  lab = await openTelegramLab({ telegram: { bots: 10 } })
  for (const name of ['m4a-only', 'mp4-two-voices'] as const) {
    videoId = await lab.upload(await mediaFile(name))
  }
  recoveryKey = (await readFile(join(lab.dataDir, 'recovery-key'), 'utf8')).trim()
  before = await beliefOf(lab.dataDir)
  await using server = await lab.serve()
  served = await readServed(`${server.url}/playlist/local/${videoId}.m3u8`)
})
afterAll(async () => {
  await lab?.[Symbol.asyncDispose]()
  for (const dataDir of fresh) await rm(dataDir, { recursive: true, force: true })
})

/** What somebody still has whose computer is gone: the id of the channel, and tokens (many are quicker than one). */
async function newComputer(tokens: 'all tokens' | 'one token' = 'all tokens') {
  const dataDir = await makeDataDir()
  fresh.push(dataDir)
  const { BOT_API_ROOT = '', BOT_TOKEN = '', CHAT_ID = '' } = lab.env
  const env = tokens === 'all tokens' ? lab.env : { ...SMALL_CHUNKS, BOT_API_ROOT, BOT_TOKEN, CHAT_ID }
  return { dataDir, env, run: (...args: readonly string[]) => runTelereel(args, { dataDir, env }) }
}

async function expectSameLibrary({ dataDir, env }: Awaited<ReturnType<typeof newComputer>>): Promise<void> {
  const after = await beliefOf(dataDir)
  const records = ({ records: all }: Belief) => new Map(all.map((record) => [record.video.id, comparable(record)]))
  expect(after.records).toHaveLength(2)
  expect(records(after)).toEqual(records(before))
  expect(after.records.map(({ video }) => video.id)).toEqual(before.records.map(({ video }) => video.id))
  await using server = await startServer({ dataDir, env })
  const again = await readServed(`${server.url}/playlist/local/${videoId}.m3u8`)
  expect([...again.keys()]).toEqual([...served.keys()])
  for (const [name, bytes] of served) expect(again.get(name)?.equals(bytes), name).toBe(true)
}

describe('a channel whose data folder is gone', () => {
  it.each(['upload', 'serve'])('is not taken for an empty one: %s refuses and stores nothing', async (verb) => {
    const computer = await newComputer()
    const live = lab.telegram.live(lab.chatId).length
    const args = verb === 'upload' ? ['upload', '--video', await mediaFile('m4a-only')] : [verb]
    const { code, stderr } = await computer.run(...args)
    expect(code).toBeGreaterThan(0)
    expect(stderr).toContain(`Channel ${lab.chatId} already holds a library`)
    expect(stderr).toMatch(/Fix {3}.*telereel rebuild --recovery-key/)
    expect(lab.telegram.live(lab.chatId)).toHaveLength(live)
  })

  it('comes back from one token, channel and key alone: the same catalog, and the film plays', async () => {
    const computer = await newComputer('one token')
    const { code, stdout, stderr } = await computer.run('rebuild', '--recovery-key', recoveryKey, '--json')
    expect(code, stdout + stderr).toBe(0)
    expect(stderr).toMatch(/A snapshot of .* was found/)
    await expectSameLibrary(computer)
    expect(await disagreement(lab.telegram, computer.dataDir)).toEqual(AGREED)
  })

  it('gives nothing to somebody with another key, and says so', async () => {
    const computer = await newComputer()
    const key = formatRecoveryKey(MasterKey.random())
    const { code, stderr } = await computer.run('rebuild', '--recovery-key', key)
    expect(code).toBe(7)
    expect(stderr).toMatch(/recovery key/)
    expect(stderr).not.toMatch(/two-voices|ac3-dts/)
  })

  it('comes back also when somebody unpinned the snapshot', async () => {
    for (const { chatId, messageId, isPinned } of lab.telegram.live(lab.chatId)) {
      if (isPinned) lab.telegram.happen({ what: 'unpin', chatId, messageId })
    }
    const computer = await newComputer()
    expect((await computer.run('rebuild', '--recovery-key', recoveryKey)).code).toBe(0)
    await expectSameLibrary(computer)
  })

  it('comes back also when somebody deleted the snapshots', async () => {
    const ofStore = lab.telegram.live(lab.chatId).filter(isOfStore)
    expect(ofStore.length).toBeGreaterThan(0)
    for (const { chatId, messageId } of ofStore) lab.telegram.happen({ what: 'delete-message', chatId, messageId })
    const computer = await newComputer()
    const { code, stdout, stderr } = await computer.run('rebuild', '--recovery-key', recoveryKey)
    expect(code, stdout + stderr).toBe(0)
    expect(stderr).not.toMatch(/A snapshot of/)
    await expectSameLibrary(computer)
  })
})
