import { describe, expect, it } from 'vitest'
import { CredentialsRefusedError, RateLimitedError, StoreUnavailableError } from '#domain/errors.ts'
import { createSteppedClock } from '#test/support/telegram/stepped-clock.ts'
import { TelegramError } from './api-error.ts'
import { documentOf } from './bot-api.test-support.ts'
import type { LaneWish } from './lane.ts'
import { DEFAULT_TUNING } from './lane-tuning.ts'
import { lanesInTelegram, postSome } from './lanes.test-support.ts'
import type { PacedLanes } from './paced-lanes.ts'

const SEND = { kind: 'send' } as const
const READ = { kind: 'read' } as const

/** No pace to wait for: what is tested is the choice. */
const UNPACED = {
  ...DEFAULT_TUNING,
  chat: { startPerSec: 1000, maxPerSec: 1000, burst: 1000 },
  bot: { startPerSec: 1000, maxPerSec: 1000, burst: 1000 },
}

describe('the choice of a lane', () => {
  it('gives every bot its share', async () => {
    await using set = await lanesInTelegram({ bots: 5, tuning: UNPACED, latencyMs: 200 })
    const poster = async () => {
      for (let count = 0; count < 10; count++) await set.lanes.run(SEND, postSome)
    }
    await Promise.all(Array.from({ length: 10 }, poster))
    const shares = set.lanes.status().bots.map(({ sends }) => sends)
    expect(Math.max(...shares) / Math.min(...shares)).toBeLessThanOrEqual(1.2)
    expect(shares.reduce((sum, count) => sum + count, 0)).toBe(100)
  })

  it('sends each bot to its own channel, and to a chat of nobody any of them', async () => {
    await using set = await lanesInTelegram({ bots: 3, channels: 2, tuning: UNPACED, homes: [0, 1, null] })
    const [first, second] = set.telegram.channels.map(({ id }) => id) as [number, number]
    const [one, two, reader] = set.telegram.bots.map(({ id }) => id) as [number, number, number]
    expect(set.lanes.chatIds).toEqual([first, second])
    const placesOf = async (wish: LaneWish) => {
      const places = new Set<string>()
      for (let count = 0; count < 9; count++) {
        await set.lanes.run(wish, async ({ bot, chatId }) => void places.add(`${bot.id} in ${chatId}`))
      }
      return [...places].sort()
    }
    expect(await placesOf(SEND)).toEqual([`${one} in ${first}`, `${two} in ${second}`])
    expect(await placesOf({ ...SEND, chatIds: [4711] })).toEqual([`${one} in 4711`, `${two} in 4711`])
    expect(await placesOf({ ...READ, chatIds: [first] })).toEqual([`${one} in ${first}`, `${reader} in ${first}`])
  })

  it('has none for sending when all bots only read', async () => {
    await using set = await lanesInTelegram({ homes: [null] })
    await expect(set.lanes.run(SEND, postSome)).rejects.toBeInstanceOf(StoreUnavailableError)
  })

  it('prefers and avoids the bots it is told to, as long as there are others', async () => {
    await using set = await lanesInTelegram({ bots: 3, tuning: UNPACED })
    const [one, two, three] = set.telegram.bots.map(({ id }) => id) as [number, number, number]
    for (let count = 0; count < 5; count++) {
      expect(await set.lanes.run({ ...SEND, preferBotId: two }, postSome)).toBe(two)
      expect(await set.lanes.run({ ...READ, avoidBotIds: [one, two] }, async ({ bot }) => bot.id)).toBe(three)
    }
    expect([one, two, three]).toContain(
      await set.lanes.run({ ...READ, avoidBotIds: [one, two, three] }, async ({ bot }) => bot.id),
    )
  })

  it('lets several uploads of one bot run at once when the line is slow', async () => {
    await using set = await lanesInTelegram({ bytesPerSec: 100_000, latencyMs: 50, speed: 20 })
    const document = documentOf(new Uint8Array(800_000))
    const startMs = set.telegram.clock.nowMs()
    await Promise.all(
      Array.from({ length: 4 }, () =>
        set.lanes.run(SEND, async ({ bot, chatId }, signal) => void (await bot.sendDocument(chatId, document, signal))),
      ),
    )
    // Eight seconds each, one after the other it would be 32.
    expect(set.telegram.clock.nowMs() - startMs).toBeLessThan(20_000)
  })

  it('has files there when their messages may come, whatever they weigh: nobody is told to wait', async () => {
    using clock = createSteppedClock()
    const line = { bytesPerSec: 100_000, latencyMs: 50 }
    await using set = await lanesInTelegram({ rates: 'real', clock, ...line })
    const { telegram, lanes } = set
    const sizes = [200_000, 200_000, 50_000, 200_000, 200_000, 200_000, 50_000, 200_000, 200_000, 50_000]
    const wish = { ...SEND, holdsLastByte: true }
    const startMs = clock.nowMs()
    await Promise.all(
      sizes.map((byteLength) =>
        lanes.run(wish, async ({ bot, chatId, lastByte }, signal) => {
          const document = { ...documentOf(new Uint8Array(byteLength)), beforeLastByte: lastByte }
          await bot.sendDocument(chatId, document, signal)
        }),
      ),
    )
    expect(telegram.journal.of('sendDocument').map(({ status }) => status)).toEqual(sizes.map(() => 200))
    // The third is there after half a second and the first two after two; of the other seven one comes each second.
    expect(clock.nowMs() - startMs).toBeLessThan(1.1 * 9000)
  })

  it('lets go of a file whose message would have to wait long, and another bot sends it', async () => {
    await using set = await lanesInTelegram({ bots: 2, bytesPerSec: 100_000 })
    const { telegram, lanes } = set
    const [limited, other] = telegram.bots.map(({ id }) => id) as [number, number]
    const wish = { ...SEND, preferBotId: limited, holdsLastByte: true }
    const sent = lanes.run(wish, async ({ bot, chatId, lastByte }, signal) => {
      if (bot.id === limited) bot.gate.hold('send', telegram.clock.nowMs() + 60_000)
      const beforeLastByte = lastByte
      const isHeld = bot.id === limited
      if (isHeld) return await lastByte(signal).then(() => 0)
      await bot.sendDocument(chatId, { ...documentOf(new Uint8Array(1000)), beforeLastByte }, signal)
      return bot.id
    })
    expect(await sent).toBe(other)
    expect(telegram.clock.nowMs()).toBeLessThan(60_000)
  })
})

describe('waiting', () => {
  it('says in words when all bots have to, once per wait, and shows it', async () => {
    await using set = await lanesInTelegram({ bots: 3 })
    const { telegram, lanes } = set
    telegram.faults.add({ method: 'sendDocument', times: 3, fault: { do: 'flood', retryAfterSec: 17 } })
    const posts = Promise.all(Array.from({ length: 3 }, () => lanes.run(SEND, postSome)))
    while (!lanes.status().waiting) await telegram.clock.sleep(100)
    const { waiting, queued, bots } = lanes.status()
    expect(queued).toBe(3)
    expect(waiting?.message).toMatch(/^All 3 bots are limited by Telegram; the next may send in 1[678] s\.$/)
    expect(bots.map(({ state, limits }) => ({ state, limits }))).toEqual(Array(3).fill({ state: 'waiting', limits: 1 }))
    expect(bots[0]?.chats[0]?.waitingUntil?.getTime()).toBeGreaterThan(telegram.clock.wallMs() + 10_000)
    await posts
    expect(set.notes().filter((note) => note.includes('limited by Telegram'))).toHaveLength(1)
    expect(telegram.journal.early).toEqual([])
    expect(lanes.status().waiting).toBeNull()
  })

  it('gives the job of a bot that waits to one that need not', async () => {
    await using set = await lanesInTelegram({ bots: 2 })
    const [limited, other] = set.telegram.bots.map(({ id }) => id) as [number, number]
    set.telegram.faults.add({ method: 'sendDocument', botId: limited, fault: { do: 'flood', retryAfterSec: 300 } })
    for (let count = 0; count < 3; count++)
      expect(await set.lanes.run({ ...SEND, preferBotId: limited }, postSome)).toBe(other)
    expect(set.telegram.clock.nowMs()).toBeLessThan(60_000)
  })

  it('for sends does not hold up reads and deletes', async () => {
    await using set = await lanesInTelegram()
    const { lanes, telegram } = set
    telegram.faults.add({ method: 'sendDocument', fault: { do: 'flood', retryAfterSec: 300 } })
    const stop = new AbortController()
    const post = lanes.run({ ...SEND, signal: stop.signal }, postSome)
    while (!lanes.status().waiting) await telegram.clock.sleep(100)
    const member = await lanes.run(READ, async ({ bot, chatId }) => bot.getMember(chatId))
    expect(member.canPost).toBe(true)
    await lanes.run({ kind: 'delete' }, async ({ bot, chatId }) => bot.deleteMessages(chatId, [999]))
    stop.abort(new Error('enough'))
    await expect(post).rejects.toThrow('enough')
    expect(lanes.status().queued).toBe(0)
  })

  it('is kept over a restart, to the second, for every kind of call', async () => {
    await using set = await lanesInTelegram({ speed: 30 })
    const { telegram, lanes } = set
    telegram.faults.add(
      { method: 'sendDocument', fault: { do: 'flood', retryAfterSec: 60 } },
      { method: 'deleteMessages', fault: { do: 'flood', retryAfterSec: 40 } },
    )
    const stop = new AbortController()
    const wish = { signal: stop.signal }
    const remove = async (run: typeof lanes, signal?: AbortSignal) =>
      run.run({ kind: 'delete', ...(signal && { signal }) }, ({ bot, chatId }) => bot.deleteMessages(chatId, [999]))
    const before = Promise.allSettled([lanes.run({ ...SEND, ...wish }, postSome), remove(lanes, stop.signal)])
    while (telegram.journal.calls.filter(({ endedMs }) => endedMs !== undefined).length < 2)
      await telegram.clock.sleep(100)
    await telegram.clock.sleep(2000)
    stop.abort(new Error('killed'))
    await before
    const again = await set.restart()
    await Promise.all([again.run(SEND, postSome), remove(again)])
    const [limited, posted] = telegram.journal.of('sendDocument')
    expect((posted?.arrivedMs ?? 0) - (limited?.endedMs ?? 0)).toBeGreaterThanOrEqual(60_000)
    expect(telegram.journal.of('deleteMessages')).toHaveLength(2)
    expect(telegram.journal.early).toEqual([])
  })

  it('is shorter after a rest, and not after a process that was killed', async () => {
    using clock = createSteppedClock()
    await using set = await lanesInTelegram({ rates: 'real', clock })
    const timeOfThree = async (lanes: PacedLanes) => {
      const startMs = clock.nowMs()
      await Promise.all([1, 2, 3].map(() => lanes.run(SEND, postSome)))
      return clock.nowMs() - startMs
    }
    await set.lanes.run(SEND, postSome)
    await set.lanes[Symbol.asyncDispose]()
    await clock.sleep(10_000)
    const rested = await set.restart()
    expect(await timeOfThree(rested)).toBeLessThan(100)
    // As killed: it ends without a word.
    await clock.sleep(10_000)
    expect(await timeOfThree(await set.restart())).toBeGreaterThanOrEqual(2000)
    expect(set.telegram.journal.of('sendDocument').every(({ status }) => status === 200)).toBe(true)
  })

  it('is refused to a viewer when it would be long', async () => {
    await using set = await lanesInTelegram()
    set.telegram.faults.add({ method: 'getFile', fault: { do: 'flood', retryAfterSec: 100 } })
    const error = await set.lanes.run(READ, ({ bot }) => bot.filePath('x')).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(RateLimitedError)
    expect((error as RateLimitedError).retryAfterMs).toBeGreaterThan(90_000)
  })

  it('ends with the reason of the signal, in the queue and in the work', async () => {
    await using set = await lanesInTelegram({ speed: 1 })
    const stop = new AbortController()
    const works = Array.from({ length: 6 }, () =>
      set.lanes.run({ ...SEND, signal: stop.signal }, async (_, signal) => {
        await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('noticed'))))
      }),
    )
    // Three leave at once.
    expect(set.lanes.status().queued).toBe(3)
    setTimeout(() => stop.abort(new Error('enough')), 20)
    for (const work of works) await expect(work).rejects.toThrow('enough')
    await expect(set.lanes.run({ ...SEND, signal: stop.signal }, postSome)).rejects.toThrow('enough')
    expect(set.lanes.status()).toMatchObject({ queued: 0, bots: [{ inFlight: 0 }] })
  })

  it('of background work lasts until nobody else waits, and leaves nine tenths to the others', async () => {
    await using set = await lanesInTelegram({ latencyMs: 20 })
    const { lanes, telegram } = set
    const order: string[] = []
    const note = (name: string) => async () => void order.push(name)
    const background = Array.from({ length: 3 }, () => lanes.run({ ...SEND, background: true }, note('scrub')))
    const others = Array.from({ length: 8 }, () => lanes.run(SEND, note('viewer')))
    await Promise.all(others)
    // The first was alone, and so could start.
    expect(order.slice(0, 9)).toEqual(['scrub', ...Array(8).fill('viewer')])
    const startMs = telegram.clock.nowMs()
    await Promise.all(background)
    expect(telegram.clock.nowMs() - startMs).toBeGreaterThan(9000)
  })
})

describe('what goes wrong', () => {
  it('with a token that is revoked: others take over, and it is said which', async () => {
    await using set = await lanesInTelegram({ bots: 2, tuning: UNPACED })
    const { telegram, lanes } = set
    const [revoked, other] = telegram.bots.map(({ id }) => id) as [number, number]
    telegram.happen({ what: 'revoke-token', botId: revoked })
    for (let count = 0; count < 5; count++)
      expect(await lanes.run({ ...SEND, preferBotId: revoked }, postSome)).toBe(other)
    expect(lanes.status().bots.map(({ state }) => state)).toEqual(['revoked', 'ok'])
    expect(set.notes().filter((note) => note.includes('BOT_TOKEN'))).toEqual([
      expect.stringMatching(/refuses the token of BOT_TOKEN\. .*BotFather/),
    ])
  })

  it('with all tokens: names the settings', async () => {
    await using set = await lanesInTelegram({ bots: 3, tuning: UNPACED })
    for (const { id: botId } of set.telegram.bots) set.telegram.happen({ what: 'revoke-token', botId })
    const error = await set.lanes.run(SEND, postSome).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(CredentialsRefusedError)
    expect((error as Error).message).toBe('Telegram refuses the tokens of BOT_TOKEN, BOT_TOKEN_2 and BOT_TOKEN_3.')
  })

  it('with a bot that is thrown out: one question every ten minutes, until it is back', async () => {
    await using set = await lanesInTelegram({ bots: 2, tuning: UNPACED })
    const { telegram, lanes, chatId } = set
    const [out, other] = telegram.bots.map(({ id }) => id) as [number, number]
    telegram.happen({ what: 'kick', botId: out, chatId })
    const post = () => lanes.run({ ...SEND, preferBotId: out }, postSome)
    expect(await post()).toBe(other)
    telegram.journal.clear()
    for (let minute = 0; minute < 35; minute++) {
      telegram.happen({ what: 'jump', ms: 60_000 })
      expect(await post()).toBe(other)
      await telegram.clock.sleep(500)
    }
    const asked = telegram.journal.of().filter(({ botId }) => botId === out)
    expect(asked.map(({ method }) => method.toLowerCase())).toEqual(Array(3).fill('getchatmember'))
    expect(lanes.status().bots[0]).toMatchObject({ state: 'no-access', chats: [{ state: 'no-access' }] })

    telegram.happen({ what: 'join', botId: out, chatId }, { what: 'jump', ms: 601_000 })
    await post()
    while (lanes.status().bots[0]?.state !== 'ok') await telegram.clock.sleep(100)
    expect(await post()).toBe(out)
    expect(set.notes().at(-1)).toContain('can post in chat')
  })

  it('with a right that is withdrawn: says which, and what mends it', async () => {
    await using set = await lanesInTelegram({ tuning: UNPACED })
    const { telegram, lanes, chatId } = set
    const botId = telegram.bots[0]?.id ?? 0
    telegram.happen({ what: 'rights', botId, chatId, rights: { post: false } })
    const error = await lanes.run(SEND, postSome).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(StoreUnavailableError)
    expect((error as StoreUnavailableError).fix).toMatch(/post/i)
    // Reading goes on.
    expect(await lanes.run(READ, async ({ bot }) => bot.id)).toBe(botId)
  })

  it('with words that nobody knows: looks whether it is the access before it gives up', async () => {
    await using set = await lanesInTelegram({ bots: 2, tuning: UNPACED })
    const { telegram, lanes, chatId } = set
    const [odd, other] = telegram.bots.map(({ id }) => id) as [number, number]
    const answer = { do: 'answer', code: 400, description: 'Bad Request: SOMETHING_NEW' } as const
    telegram.faults.add({ method: 'sendDocument', botId: odd, times: 2, fault: answer })
    const post = () => lanes.run({ ...SEND, preferBotId: odd }, postSome)
    await expect(post()).rejects.toMatchObject({ kind: 'refused' })
    telegram.happen({ what: 'kick', botId: odd, chatId })
    expect(await post()).toBe(other)
  })

  it('with the network: tries again, by another bot first, and gives up after a while', async () => {
    await using set = await lanesInTelegram({ bots: 2, tuning: UNPACED })
    const { telegram, lanes } = set
    telegram.faults.add({ method: 'sendDocument', times: 1, fault: { do: 'html', status: 502 } })
    await lanes.run(SEND, postSome)
    const [first, second] = telegram.journal.of('sendDocument')
    expect(first?.botId).not.toBe(second?.botId)

    telegram.faults.add({ method: 'sendDocument', times: 4, fault: { do: 'cut-after' } })
    await lanes.run(SEND, postSome)
    telegram.faults.add({ method: 'sendDocument', times: null, fault: { do: 'cut-before' } })
    const startMs = telegram.clock.nowMs()
    const error = await lanes.run(SEND, postSome).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(StoreUnavailableError)
    expect((error as StoreUnavailableError).retry).toBe('later')
    expect(telegram.clock.nowMs() - startMs).toBeGreaterThan(30_000)
  })

  it('with the work itself is thrown, and the next has its turn', async () => {
    await using set = await lanesInTelegram({ tuning: UNPACED })
    const fail = (error: Error) => set.lanes.run(SEND, async () => Promise.reject(error))
    const own = new Error('the disk is full')
    await expect(fail(own)).rejects.toBe(own)
    const missing = new TelegramError('forwardMessage: 400', { kind: 'not-found', status: 400, sent: 'no' })
    await expect(fail(missing)).rejects.toBe(missing)
    expect(set.lanes.status().bots[0]).toMatchObject({ inFlight: 0, state: 'ok' })
  })

  it('with an address, which looks like a wrong token, costs no bot', async () => {
    await using set = await lanesInTelegram({ tuning: UNPACED })
    const answer = { do: 'answer', code: 404, description: 'Not Found' } as const
    set.telegram.faults.add({ method: 'sendDocument', fault: answer })
    await expect(set.lanes.run(SEND, postSome)).rejects.toMatchObject({ status: 404 })
    expect(set.lanes.status().bots[0]?.state).toBe('ok')
    await set.lanes.run(SEND, postSome)
  })

  it('with a wait for another kind of call within the work: that one is waited for', async () => {
    await using set = await lanesInTelegram()
    const { telegram, lanes } = set
    telegram.faults.add({ method: 'deleteMessages', fault: { do: 'flood', retryAfterSec: 30 } })
    const remove = () => lanes.run(SEND, ({ bot, chatId }) => bot.deleteMessages(chatId, [999]))
    await remove()
    expect(telegram.journal.of('deleteMessages')).toHaveLength(2)
    expect(telegram.journal.early).toEqual([])
  })

  it('for a moment with a file is asked for again, a few times', async () => {
    await using set = await lanesInTelegram()
    let calls = 0
    const description = 'wrong file_id or the file is temporarily unavailable'
    const error = new TelegramError(description, { kind: 'stale-file', maySettle: true, status: 400 })
    const run = (after: number) => {
      calls = 0
      return set.lanes.run(READ, async () => {
        if (++calls <= after) throw error
        return calls
      })
    }
    expect(await run(2)).toBe(3)
    await expect(run(10)).rejects.toBe(error)
    expect(calls).toBe(3)
  })

  it('is found at the start, before it is needed', async () => {
    await using set = await lanesInTelegram({ bots: 3 })
    const { telegram, lanes, chatId } = set
    const [revoked, out] = telegram.bots.map(({ id }) => id) as [number, number]
    telegram.happen({ what: 'revoke-token', botId: revoked }, { what: 'kick', botId: out, chatId })
    await lanes.check()
    expect(lanes.status().bots.map(({ state, username }) => [state, username !== null])).toEqual([
      ['revoked', false],
      ['no-access', true],
      ['ok', true],
    ])
    expect(set.notes()).toHaveLength(2)
  })
})
