import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { STATUS_PATH } from '#surfaces/http/contract/addresses.ts'
import type { Status } from '#surfaces/http/contract/status.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { readServed } from '../support/served-stream.ts'
import { makeDataDir, startServer } from '../support/start-server.ts'
import { openTelegramLab, SMALL_CHUNKS, type TelegramLab } from '../support/telegram-lab.ts'
import { AGREED, captionOf, disagreement, isOurs } from '../support/telegram-oracle.ts'
import { uploadByCli } from '../support/upload-by-cli.ts'

/** No channel that any bot knows. */
const NOWHERE = -1_009_999_999_999

let film: string
/** As it is served when it lies in a folder. */
let whole: ReadonlyMap<string, Buffer>

beforeAll(async () => {
  film = await mediaFile('mp4-two-voices')
  await using server = await startServer({ env: SMALL_CHUNKS })
  const { videoId } = await uploadByCli(server, film)
  whole = await readServed(`${server.url}/playlist/local/${videoId}.m3u8`)
})

describe('channels as people set them', () => {
  it('may be one name for several bots: all store there, and what comes back is the film', async () => {
    await using lab = await openTelegramLab({ telegram: { bots: 3, channels: 0 } })
    const { id } = lab.telegram.addChannel({ username: 'ourfilms' })
    await expectRoundTrip(lab, { CHAT_ID: '@OurFilms' })
    expect(ownersIn(lab, id).size).toBeGreaterThan(1)
  })

  it('may come with their bots in one list', async () => {
    await using lab = await openTelegramLab({ telegram: { bots: 3, channels: 0 } })
    const [first, second] = [lab.telegram.addChannel(), lab.telegram.addChannel({ username: 'second' })]
    const chats = [first.id, '@second', String(first.id)]
    const list = lab.telegram.bots.map(({ token }, index) => ({ token, chat_id: chats[index] }))
    await expectRoundTrip(lab, { MULTI_BOT_CONFIG: JSON.stringify(list) })
    for (const { id } of [first, second]) expect(ownersIn(lab, id).size).toBeGreaterThan(0)
  })

  it('may be wrong, one of them: the others take the film, and the status names the wrong one', async () => {
    await using lab = await openTelegramLab({ telegram: { bots: 2, channels: 1 } })
    await using server = await lab.serve({ CHAT_ID_2: String(NOWHERE) })
    const videoId = await server.api.upload(film)
    await server.api.waitReady(videoId)
    expect(equal(await readServed(`${server.url}/playlist/local/${videoId}.m3u8`), whole)).toBe(true)
    const { problems } = await server.api.get<Status>(STATUS_PATH)
    expect(problems).toContainEqual({
      message: expect.stringContaining(`Nothing is stored in channel ${NOWHERE}`),
      fix: expect.any(String),
    })
  })
})

describe('an empty data folder', () => {
  it('loses, and stores nothing, when another begins in the same empty channel at the same moment', async () => {
    await using lab = await openTelegramLab({ telegram: { bots: 2, latencyMs: 30 } })
    const folders = [lab.dataDir, await makeDataDir()]
    try {
      const both = await Promise.all(folders.map((dataDir) => uploadByCli({ dataDir }, film, lab.env)))
      const won = both.findIndex(({ code }) => code === 0)
      const [winner, loser] = [both[won], both[1 - won]]
      expect([winner?.code, (loser?.code ?? 0) > 0], JSON.stringify(both.map(({ stderr }) => stderr))).toEqual([
        0,
        true,
      ])
      expect(loser?.stderr).toContain(`Channel ${lab.chatId} already holds a library`)
      const libraries = lab.telegram
        .live(lab.chatId)
        .filter(isOurs)
        .map((each) => captionOf(each).split(' ')[1])
      expect(new Set(libraries).size).toBe(1)
      expect(await disagreement(lab.telegram, folders[won] ?? '')).toEqual(AGREED)
    } finally {
      await rm(folders[1] ?? '', { recursive: true, force: true })
    }
  })

  it('is served before a Telegram that accepts calls and answers none has let any of them go', async () => {
    await using lab = await openTelegramLab()
    const calls: Socket[] = []
    const deaf = createServer((socket) => void calls.push(socket.on('error', () => {}).resume())).listen(0, '127.0.0.1')
    await once(deaf, 'listening')
    try {
      await using server = await lab.serve({ BOT_API_ROOT: `http://127.0.0.1:${(deaf.address() as AddressInfo).port}` })
      const { videos } = await server.api.get<{ readonly videos: readonly unknown[] }>('/api/videos')
      expect(videos).toEqual([])
      expect(calls.length).toBeGreaterThan(0)
      expect(calls.filter(({ closed }) => closed)).toEqual([])
    } finally {
      for (const call of calls) call.destroy()
      deaf.close()
    }
  })
})

/** Instead of the channels and bots that the lab sets. */
async function expectRoundTrip(lab: TelegramLab, env: Readonly<Record<string, string>>): Promise<void> {
  const { BOT_TOKEN: _1, BOT_TOKEN_2: _2, BOT_TOKEN_3: _3, ...rest } = lab.env
  const settings = { ...('MULTI_BOT_CONFIG' in env ? rest : lab.env), ...env }
  const { code, videoId, stderr } = await uploadByCli(lab, film, settings)
  expect(code, stderr).toBe(0)
  await using server = await startServer({ dataDir: lab.dataDir, env: settings })
  expect(equal(await readServed(`${server.url}/playlist/local/${videoId}.m3u8`), whole)).toBe(true)
}

/** The bots whose documents of ours lie there. */
function ownersIn({ telegram }: TelegramLab, chatId: number): Set<number> {
  const calls = telegram.journal.of('sendDocument').filter((call) => call.chatId === chatId && call.status === 200)
  return new Set(calls.map(({ botId }) => botId))
}

function equal(one: ReadonlyMap<string, Buffer>, other: ReadonlyMap<string, Buffer>): boolean {
  return one.size === other.size && [...one].every(([name, bytes]) => other.get(name)?.equals(bytes))
}
