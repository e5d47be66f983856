import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VideoId } from '#domain/ids.ts'
import { STATUS_PATH } from '#surfaces/http/contract/addresses.ts'
import type { Status } from '#surfaces/http/contract/status.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { loadServedStream, readServed } from '../support/served-stream.ts'
import { type RunningServer, startServer } from '../support/start-server.ts'
import { type LabOptions, openTelegramLab, SMALL_CHUNKS, type TelegramLab } from '../support/telegram-lab.ts'
import { AGREED, beliefOf, disagreement, nameOf } from '../support/telegram-oracle.ts'
import { uploadByCli } from '../support/upload-by-cli.ts'

let film: string
/** As it is served when it lies in a folder. */
let whole: ReadonlyMap<string, Buffer>

beforeAll(async () => {
  film = await mediaFile('mp4-two-voices')
  await using server = await startServer({ env: SMALL_CHUNKS })
  const { videoId } = await uploadByCli(server, film)
  whole = await readServed(playlist(server, videoId))
})

/** Nothing is fetched before it is asked for. */
const COLD = { ENABLE_CACHE_WARMING: 'false', PRELOAD_SEGMENTS: '0' }

describe.concurrent.each([
  { what: 'revoke-token', state: 'revoked', words: /BOT_TOKEN_2 is out of service: .*401/, fix: /@BotFather/ },
  { what: 'kick', state: 'no-access', words: /BOT_TOKEN_2 is out of service: .*kicked/, fix: /add it again/ },
] as const)('one bot of three is lost ($what)', ({ what, state, words, fix }) => {
  it('in the middle of an upload: the others take over, and the status says what to mend', async () => {
    await using lab = await openTelegramLab({ telegram: { bots: 3 }, env: COLD })
    await using server = await lab.serve()
    const botId = lab.telegram.bots[1]?.id ?? 0
    const happening = { what, botId, chatId: lab.chatId }
    lab.telegram.faults.add({ method: 'sendDocument', fault: { do: 'happen', events: [happening] } })
    // Two, so that it is the turn of the lost one at least once.
    const videoIds = [await server.api.upload(film), await server.api.upload(film)]
    for (const id of videoIds) await server.api.waitReady(id)

    const { store, problems } = await statusOf(server)
    expect(store.bots.map((bot) => bot.state)).toEqual(['ok', state, 'ok'])
    expect(problems).toEqual([{ message: expect.stringMatching(words), fix: expect.stringMatching(fix) }])
    for (const id of videoIds) expect(equal(await readServed(playlist(server, id)), whole)).toBe(true)
    await expect.poll(() => disagreement(lab.telegram, lab.dataDir), { timeout: 60_000 }).toEqual(AGREED)
  })

  it('in the middle of watching: nobody sees it', async () => {
    await using lab = await openTelegramLab({ telegram: { bots: 3 }, env: COLD })
    const videoId = await lab.upload(film)
    await using server = await lab.serve()
    const events = lab.telegram.bots.slice(1).map(({ id }) => ({ what, botId: id, chatId: lab.chatId }))
    lab.telegram.faults.add({ method: 'download', nth: 2, fault: { do: 'happen', events } })
    expect(equal(await readServed(playlist(server, videoId)), whole)).toBe(true)
  })
})

describe.concurrent('all bots are lost', () => {
  it('the command line ends with 4 and says which tokens', async () => {
    await using lab = await openTelegramLab({ telegram: { bots: 2 } })
    for (const { id } of lab.telegram.bots) lab.telegram.happen({ what: 'revoke-token', botId: id })
    const { code, stderr } = await uploadByCli(lab, film, lab.env)
    expect(code).toBe(4)
    expect(stderr).toContain('Telegram refuses the tokens of BOT_TOKEN and BOT_TOKEN_2.')
    expect(stderr).toMatch(/@BotFather/)
    for (const { token } of lab.telegram.bots) expect(stderr).not.toContain(token)
  })

  it('the server says so, keeps the job waiting, and goes on by itself when they are back', async () => {
    await using lab = await openTelegramLab({ telegram: { bots: 2 } })
    for (const { id } of lab.telegram.bots) lab.telegram.happen({ what: 'revoke-token', botId: id })
    let videoId: string
    {
      await using server = await lab.serve()
      videoId = await server.api.upload(film)
      const job = await server.api.waitJobFailure(videoId)
      expect(job.failure).toMatchObject({ code: 'credentials-refused', message: expect.stringContaining('@BotFather') })
      expect(['waiting', 'running']).toContain(job.state)
      const { problems } = await statusOf(server)
      expect(problems).toHaveLength(2)
    }
    for (const { id } of lab.telegram.bots) lab.telegram.happen({ what: 'restore-token', botId: id })
    await using server = await lab.serve()
    await server.api.waitReady(videoId)
    expect(equal(await readServed(playlist(server, videoId)), whole)).toBe(true)
  })
})

describe.concurrent('the channel is gone', () => {
  it('the command line ends with 5 and says which channel and what to do', async () => {
    await using lab = await openTelegramLab({ telegram: { bots: 2 } })
    lab.telegram.happen({ what: 'delete-channel', chatId: lab.chatId })
    const { code, stderr } = await uploadByCli(lab, film, lab.env)
    expect(code).toBe(5)
    expect(stderr).toContain(String(lab.chatId))
    expect(stderr).toMatch(/chat not found/)
    expect(stderr).toMatch(/telereel test-bots/)
  })

  it('a second one with the other copies is read, and takes what is stored from then on', async () => {
    await using lab = await openTelegramLab({
      telegram: { bots: 2, channels: 2 },
      env: { REPLICAS: '2', ...COLD },
    })
    const videoId = await lab.upload(film)
    lab.telegram.happen({ what: 'delete-channel', chatId: lab.chatId })
    await using server = await lab.serve()
    expect(equal(await readServed(playlist(server, videoId)), whole)).toBe(true)
    const next = await server.api.upload(film)
    await server.api.waitReady(next)
    expect(equal(await readServed(playlist(server, next)), whole)).toBe(true)
    const { problems } = await statusOf(server)
    expect(problems.map(({ message }) => message).join()).toContain('chat not found')
  })
})

describe.concurrent('somebody deletes one message of the channel', () => {
  const lose = async (options: LabOptions) => {
    const lab = await openTelegramLab({ telegram: { bots: 2, channels: 2 }, ...options })
    // Moved away after the upload: it could be made of that again.
    const own = join(lab.dataDir, 'film.mp4')
    await copyFile(film, own)
    const videoId = await lab.upload(own)
    await rm(own)
    const messages = lab.telegram.channels.flatMap(({ id }) => lab.telegram.live(id))
    const lost = messages.find((message) => nameOf(message) === `${videoId}/2`)
    if (!lost) throw new Error('There is no pack 2.')
    lab.telegram.happen({ what: 'delete-message', chatId: lost.chatId, messageId: lost.messageId })
    return { lab, videoId }
  }

  describe.concurrent('which was the only one', () => {
    let at: Awaited<ReturnType<typeof lose>>
    beforeAll(async () => {
      at = await lose({ env: COLD })
    })
    afterAll(() => at?.lab[Symbol.asyncDispose]())

    it('verify names title and times of what is lost, no more and no less', async () => {
      const { lab, videoId } = at
      const { code, json } = await lab.run('verify', '--json')
      expect(code).toBe(20)
      const items = json<{ type: string; title: string; problems: { message: string }[] }>()
      const lost = items
        .filter(({ type }) => type === 'item')
        .flatMap(({ title, problems }) => problems.map(({ message }) => `✖ ${title}: ${message}`))
      expect(lost.map((line) => line.replace(/: [^:]*$/, ''))).toEqual(await lossOf(lab, videoId, 2))
    })

    it('repair does not make it up, and leaves the rest alone', async () => {
      const { lab } = at
      const { code, stdout } = await lab.run('verify', '--repair', '--level', 'size')
      expect(code).toBe(20)
      expect(stdout).not.toContain('Made a copy')
    })

    it('viewers are told where it is missing, and get everything else', async () => {
      const { lab, videoId } = at
      await using server = await lab.serve()
      const { media } = await loadServedStream(playlist(server, videoId))
      const answers = new Map<string, number>()
      for (const { url } of [...media.values()].flatMap(({ segments }) => segments)) {
        const answer = await fetch(url ?? '')
        const bytes = await answer.arrayBuffer().catch(() => null)
        const name = url?.slice(url.indexOf(videoId) + videoId.length) ?? ''
        if (answer.status !== 200 || bytes === null) answers.set(name, answer.status)
        else expect(Buffer.from(bytes).equals(whole.get(name) ?? Buffer.alloc(0)), name).toBe(true)
      }
      const tracks = (await lossOf(lab, videoId, 2)).filter((line) => line.includes(': Track '))
      expect(answers.size).toBe(tracks.length)
    })
  })

  it('nobody notices when there is another copy, and repair makes a new one', async () => {
    const { lab, videoId } = await lose({ env: { REPLICAS: '2', ...COLD } })
    await using _lab = lab
    {
      await using server = await lab.serve()
      expect(equal(await readServed(playlist(server, videoId)), whole)).toBe(true)
    }
    const repaired = await lab.run('verify', '--repair')
    expect(repaired.code, repaired.stdout).toBe(0)
    expect(repaired.stdout).toMatch(/pack 2: Message \d+ of chat -\d+ is not there any more\./)
    expect(repaired.stdout).toMatch(/pack 2: Made a copy/)
    const { blobs } = await beliefOf(lab.dataDir)
    const ofFilm = blobs.filter(({ name }) => name.startsWith(videoId))
    expect(ofFilm.map(({ copies }) => new Set(copies.map(({ chatId }) => chatId)).size)).toEqual(ofFilm.map(() => 2))
    expect((await disagreement(lab.telegram, lab.dataDir)).lost).toEqual([])
  })
})

/** What `verify` has to say of a lost pack: title, track and times, from the catalog. */
async function lossOf(lab: TelegramLab, videoId: VideoId, position: number): Promise<string[]> {
  const { records } = await beliefOf(lab.dataDir)
  const record = records.find(({ video }) => video.id === videoId)
  const pack = record?.packs.find((each) => each.position === position)
  const lost = record?.segments.filter(({ slices }) => slices.some(({ packId }) => packId === pack?.id)) ?? []
  const besides = record?.attachments.filter(({ slices }) => slices.some(({ packId }) => packId === pack?.id)) ?? []
  const times = lost.map(({ trackId, startSec, durationSec }) => {
    const clock = (sec: number) => `00:00:${String(Math.floor(sec)).padStart(2, '0')}`
    return `Track ${trackId.split('/')[1]}, ${clock(startSec)}–${clock(startSec + durationSec)}`
  })
  return [...times, ...besides.map(({ name }) => name)].map((what) => `✖ ${record?.video.title}: ${what}`)
}

function statusOf(server: RunningServer): Promise<Status> {
  return server.api.get<Status>(STATUS_PATH)
}

function playlist({ url }: RunningServer, videoId: string): string {
  return `${url}/playlist/local/${videoId}.m3u8`
}

function equal(one: ReadonlyMap<string, Buffer>, other: ReadonlyMap<string, Buffer>): boolean {
  return one.size === other.size && [...one].every(([name, bytes]) => other.get(name)?.equals(bytes))
}
