import { InputFile } from 'grammy'
import { describe, expect, it } from 'vitest'
import { ApiFailure } from './api-failure.ts'
import { botOf, channelOf, clientOf, refusalOf } from './api-client.test-support.ts'
import { NO_RATES, type RatedCall, RateLimiter, REAL_RATES } from './rates.ts'
import { startTelegram } from './start-telegram.ts'

const SEND: RatedCall = { botId: 1, chatId: -100, kind: 'message', count: 1, arrivedMs: 0 }

describe('the limits', () => {
  it('let bursts pass, then one message a second in a chat', () => {
    const limiter = new RateLimiter({ ...REAL_RATES, chatMinute: null })
    expect(passes(limiter, SEND, 0, 5)).toEqual([true, true, true, 1, 1])
    expect(passes(limiter, SEND, 1000, 2)).toEqual([true, 1])
  })

  it('let 20 messages a minute pass in a channel, and one more each 3 seconds', () => {
    const limiter = new RateLimiter({ ...REAL_RATES, chat: null })
    expect(passes(limiter, SEND, 0, 21)).toEqual([...Array<true>(20).fill(true), 3])
    expect(passes(limiter, SEND, 3000, 2)).toEqual([true, 3])
  })

  it('let 60 messages a minute pass in a private chat', () => {
    const limiter = new RateLimiter(REAL_RATES)
    const sent = Array.from({ length: 60 }, (_, sec) => passes(limiter, { ...SEND, chatId: 5 }, sec * 1000, 1)[0])
    expect(new Set(sent)).toEqual(new Set([true]))
  })

  it('count each bot in each chat for itself, and all chats of a bot together', () => {
    const limiter = new RateLimiter({ ...REAL_RATES, chatMinute: null })
    const chats = Array.from({ length: 31 }, (_, index) => ({ ...SEND, chatId: -100 - index }))
    expect(chats.map((call) => passes(limiter, call, 0, 1)[0])).toEqual([...Array<true>(30).fill(true), 1])
    expect(passes(limiter, { ...SEND, botId: 2 }, 0, 1)).toEqual([true])
  })

  it('are shared by the bots of a channel when told so', () => {
    const limiter = new RateLimiter({ ...REAL_RATES, chat: null, minuteShared: true })
    expect(passes(limiter, SEND, 0, 20).at(-1)).toBe(true)
    expect(passes(limiter, { ...SEND, botId: 2 }, 0, 1)).toEqual([3])
  })

  it('hold everything back until the time that was said is over, though a token came back before', () => {
    const limiter = new RateLimiter({ ...NO_RATES, chat: { perSec: 1, burst: 1 }, penaltySec: 30 })
    expect(passes(limiter, SEND, 0, 2)).toEqual([true, 31])
    expect(passes(limiter, SEND, 20_000, 1)).toEqual([11])
    expect(passes(limiter, SEND, 31_000, 1)).toEqual([true])
  })

  it('know who comes early: only whoever was told', () => {
    const limiter = new RateLimiter({ ...NO_RATES, chat: { perSec: 1, burst: 1 } })
    passes(limiter, SEND, 0, 2)
    const at = (arrivedMs: number) => limiter.isEarly({ ...SEND, arrivedMs })
    expect(at(100)).toBe(false)
    limiter.told(SEND, 50)
    expect([at(40), at(100), at(999), at(1000)]).toEqual([false, true, true, false])
    expect(limiter.isEarly({ ...SEND, arrivedMs: 100, kind: 'read' })).toBe(false)
    expect(limiter.isEarly({ ...SEND, arrivedMs: 100, botId: 2 })).toBe(false)
  })

  it('give whoever was told elsewhere the time that a call is on its way', () => {
    const limiter = new RateLimiter({ ...NO_RATES, chat: { perSec: 1, burst: 1 } }, () => 100)
    const [told, other] = [
      { ...SEND, connection: {} },
      { ...SEND, connection: {} },
    ]
    passes(limiter, told, 0, 2)
    limiter.told(told, 50)
    expect(limiter.isEarly({ ...told, arrivedMs: 60 })).toBe(true)
    expect([150, 151].map((arrivedMs) => limiter.isEarly({ ...other, arrivedMs }))).toEqual([false, true])
    limiter.reset()
    expect(passes(limiter, told, 200, 1)).toEqual([true])
  })

  it('hold up uploads of equal size by one bot, and refuse a jam of them', () => {
    const limiter = new RateLimiter(REAL_RATES)
    const waits = Array.from({ length: 7 }, () => limiter.equalSizeWaitMs(1, 20_000_000, 0))
    // 0.9 s apart after a bucket of one second.
    expect(waits.map(Math.round)).toEqual([0, 0, 800, 1700, 2600, 3500, 4400])
    expect(() => limiter.equalSizeWaitMs(1, 20_000_000, 0)).toThrow('retry after 60')
    expect(limiter.equalSizeWaitMs(1, 20_000_001, 0)).toBe(0)
    expect(limiter.equalSizeWaitMs(1, 100_000, 0)).toBe(0)
    expect(limiter.equalSizeWaitMs(2, 20_000_000, 0)).toBe(0)
  })

  it('can be set for one bot or one chat only', () => {
    const limiter = new RateLimiter(NO_RATES)
    limiter.set({ chat: { perSec: 1, burst: 1 } }, 1)
    expect(passes(limiter, SEND, 0, 2)).toEqual([true, 1])
    expect(passes(limiter, { ...SEND, botId: 2 }, 0, 2)).toEqual([true, true])
  })
})

describe('an answer of 429', () => {
  it('says the time in body and header, and whoever does not wait is counted', async () => {
    // One second of its time is ten of ours: it will not be over by accident.
    await using telegram = await startTelegram({ speed: 0.1, rates: { chat: { perSec: 1, burst: 1 } } })
    const url = `${telegram.root}/bot${botOf(telegram).token}/sendMessage?text=hello&chat_id=${channelOf(telegram)}`
    expect((await fetch(url)).status).toBe(200)
    const limited = await fetch(url)
    expect([limited.status, limited.headers.get('Retry-After')]).toEqual([429, '1'])
    expect(await limited.json()).toEqual({
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 1',
      parameters: { retry_after: 1 },
    })
    expect(telegram.journal.early).toHaveLength(0)
    telegram.clock.jump(500)
    await fetch(url)
    expect(telegram.journal.early).toHaveLength(1)
    telegram.clock.jump(500)
    expect((await fetch(url)).status).toBe(200)
    expect(telegram.journal.early).toHaveLength(1)
    expect(telegram.live(channelOf(telegram))).toHaveLength(3)
  })

  it('comes for forwards, copies and edits as for sends; not for looking and deleting', async () => {
    await using telegram = await startTelegram({ speed: 0.01, rates: { chat: { perSec: 1, burst: 1 } } })
    const api = clientOf(telegram)
    const chatId = channelOf(telegram)
    const { document } = await api.sendDocument(chatId, new InputFile(Buffer.from('a'), 'a.bin'))
    const limited = '429 Too Many Requests: retry after 1'
    expect(await refusalOf(api.forwardMessage(chatId, chatId, 2))).toBe(limited)
    expect(await refusalOf(api.copyMessages(chatId, chatId, [2]))).toBe(limited)
    expect(await refusalOf(api.editMessageCaption(chatId, 2, { caption: 'a' }))).toBe(limited)
    await api.getFile(document.file_id)
    await api.getChat(chatId)
    await api.deleteMessage(chatId, 2)
  })
})

/** True for each call that passes, else the seconds it was told to wait. */
function passes(limiter: RateLimiter, call: RatedCall, nowMs: number, times: number): (true | number)[] {
  return Array.from({ length: times }, () => {
    try {
      limiter.admit({ ...call, arrivedMs: nowMs }, nowMs)
      return true
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      return error.parameters?.retry_after ?? 0
    }
  })
}
