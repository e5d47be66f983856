import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type EmulatedTelegram, startTelegram } from '#test/support/telegram/start-telegram.ts'
import type { FaultRule } from '#test/support/telegram/fault-script.ts'
import type { Happening } from '#test/support/telegram/happening.ts'
import { BotApi } from './bot-api.ts'
import { SYSTEM_CLOCK } from './clock.ts'
import { type BotTestResult, testBots } from './test-bots.ts'

async function test(telegram: EmulatedTelegram, chat: number | string | null = null): Promise<BotTestResult[]> {
  const { clock, root, bots, channels } = telegram
  const tests = testBots({
    bots: bots.map(({ token }, index) => ({
      bot: new BotApi({ token, setting: `BOT_TOKEN_${index + 1}`, apiRoot: root, clock }),
      chat: chat ?? channels[0]?.id ?? 0,
    })),
    clock,
    random: randomBytes,
    libraryId: 'library_001',
  })
  return Array.fromAsync(tests)
}

const ALL_STEPS = ['token', 'channel', 'rights', 'write', 'read', 'compare', 'delete']

describe('testing bots', () => {
  it('goes through every step with each, tells how long it took, and leaves nothing behind', async () => {
    await using telegram = await startTelegram({ bots: 3, latencyMs: 50, speed: 20 })
    const results = await test(telegram)
    expect(results.map(({ setting, fault }) => [setting, fault])).toEqual([
      ['BOT_TOKEN_1', null],
      ['BOT_TOKEN_2', null],
      ['BOT_TOKEN_3', null],
    ])
    for (const { steps, username } of results) {
      expect(username).toMatch(/^emulated_\d_bot$/)
      expect(steps.map(({ name }) => name)).toEqual(ALL_STEPS)
      for (const { name, ok, elapsedMs } of steps) {
        expect(ok).toBe(true)
        if (name !== 'compare') expect(elapsedMs).toBeGreaterThan(49)
      }
    }
    const chatId = telegram.channels[0]?.id ?? 0
    expect(telegram.messages(chatId).filter(({ byteLength }) => byteLength === 1_000_000)).toHaveLength(3)
    expect(telegram.live(chatId).filter(({ isService }) => !isService)).toEqual([])
  })

  it('finds a public channel by its name', async () => {
    await using telegram = await startTelegram({ channels: 0 })
    telegram.addChannel({ username: 'my_films' })
    expect(await test(telegram, '@my_films')).toMatchObject([{ fault: null }])
  })

  describe('that only read', () => {
    const reading = async (telegram: EmulatedTelegram, { scratchChatId }: { readonly scratchChatId?: number } = {}) => {
      const [storing, streaming] = telegram.bots.map(
        ({ token }, index) =>
          new BotApi({
            token,
            setting: ['BOT_TOKEN', 'MULTI_TOKEN1'][index] ?? '',
            apiRoot: telegram.root,
            clock: telegram.clock,
          }),
      )
      const chats = telegram.channels.map(({ id }) => id)
      const bots = [
        ...chats.map((chat) => ({ bot: storing as BotApi, chat })),
        { bot: streaming as BotApi, chat: null },
      ]
      const scratch = scratchChatId === undefined ? {} : { scratchChatId }
      const tests = testBots({ bots, clock: telegram.clock, random: randomBytes, libraryId: null, ...scratch })
      return (await Array.fromAsync(tests)).at(-1)
    }
    const ROUND = ['channel', 'write', 'read', 'compare', 'delete']

    it('read in every channel what a bot that stores wrote there, and leave nothing behind', async () => {
      await using telegram = await startTelegram({ bots: 2, channels: 2, speed: 20 })
      const result = await reading(telegram)
      expect(result).toMatchObject({ setting: 'MULTI_TOKEN1', fault: null })
      expect(result?.steps.map(({ name }) => name)).toEqual(['token', ...ROUND, ...ROUND])
      for (const { id } of telegram.channels) {
        expect(telegram.live(id).filter(({ isService }) => !isService)).toEqual([])
      }
    })

    it('need no right to post where they may look in a private chat', async () => {
      await using telegram = await startTelegram({ bots: 2, speed: 20 })
      const [chatId, botId] = [telegram.channels[0]?.id ?? 0, telegram.bots[1]?.id ?? 0]
      telegram.happen({ what: 'rights', botId, chatId, rights: { post: false, delete: false } })
      expect((await reading(telegram))?.fault?.message).toContain('could not be read back')
      expect(await reading(telegram, { scratchChatId: telegram.addUser().id })).toMatchObject({ fault: null })
    })

    it('do not pass when they are not in a channel', async () => {
      await using telegram = await startTelegram({ bots: 2, channels: 2, speed: 20 })
      const chatId = telegram.channels[1]?.id ?? 0
      telegram.happen({ what: 'kick', botId: telegram.bots[1]?.id ?? 0, chatId })
      const result = await reading(telegram)
      expect(result?.steps.at(-1)).toMatchObject({ name: 'channel', ok: false })
      expect(result?.fault?.fix).toMatch(/administrator/)
    })
  })

  it('only asks a bot that does not store who it is, when none stores', async () => {
    await using telegram = await startTelegram()
    const bot = new BotApi({ token: telegram.bots[0]?.token ?? '', setting: 'MULTI_TOKEN1', apiRoot: telegram.root })
    const options = { bots: [{ bot, chat: null }], clock: telegram.clock, random: randomBytes, libraryId: null }
    expect(await Array.fromAsync(testBots(options))).toMatchObject([{ fault: null, steps: [{ name: 'token' }] }])
  })

  type Case = readonly [
    what: string,
    step: string,
    fix: RegExp,
    wrong: { readonly happening?: (botId: number, chatId: number) => Happening; readonly fault?: FaultRule },
  ]

  const CASES: readonly Case[] = [
    ['a token that is revoked', 'token', /BotFather/, { happening: (botId) => ({ what: 'revoke-token', botId }) }],
    [
      'a channel that is gone',
      'channel',
      /chat id/i,
      { happening: (_, chatId) => ({ what: 'delete-channel', chatId }) },
    ],
    [
      'a channel that forbids saving',
      'channel',
      /allow saving/,
      { happening: (_, chatId) => ({ what: 'protect', chatId, on: true }) },
    ],
    [
      'a bot that was thrown out',
      'channel',
      /administrator/,
      { happening: (botId, chatId) => ({ what: 'kick', botId, chatId }) },
    ],
    [
      'no right to post',
      'rights',
      /“Post Messages”/,
      { happening: (botId, chatId) => ({ what: 'rights', botId, chatId, rights: { post: false } }) },
    ],
    [
      'no right to edit or delete',
      'rights',
      /“Edit Messages of Others”, “Delete Messages of Others”/,
      { happening: (botId, chatId) => ({ what: 'rights', botId, chatId, rights: { edit: false, delete: false } }) },
    ],
    [
      'a front end that fails',
      'write',
      /BOT_API_ROOT/,
      { fault: { method: 'sendDocument', fault: { do: 'html', status: 502 } } },
    ],
    [
      'a long flood wait',
      'write',
      /in 300 seconds/,
      { fault: { method: 'sendDocument', fault: { do: 'flood', retryAfterSec: 300 } } },
    ],
    ['a link that does not work', 'read', /files/, { fault: { method: 'download', fault: answer(404, 'Not Found') } }],
    ['changed bytes', 'compare', /proxy/, { fault: { method: 'download', fault: { do: 'flip-bit' } } }],
    [
      'a delete that is refused',
      'delete',
      /by hand/,
      { fault: { method: 'deleteMessages', fault: answer(400, "Bad Request: message can't be deleted") } },
    ],
  ]

  it.each(CASES)('says what mends %s', async (_, step, fix, { happening, fault }) => {
    await using telegram = await startTelegram({ speed: 20 })
    const [botId, chatId] = [telegram.bots[0]?.id ?? 0, telegram.channels[0]?.id ?? 0]
    if (happening) telegram.happen(happening(botId, chatId))
    if (fault) telegram.faults.add(fault)
    const [result] = await test(telegram)
    expect(result?.steps.find(({ ok }) => !ok)?.name).toBe(step)
    expect(result?.fault?.fix).toMatch(fix)
    // What was written is taken away again, whatever came after.
    const written = result?.steps.some(({ name, ok }) => name === 'write' && ok)
    if (written) expect(result?.steps.at(-1)?.name).toBe('delete')
  })

  it('does not call a bot unknown that could not be asked about', async () => {
    const bot = new BotApi({ token: `1:${'a'.repeat(35)}`, setting: 'BOT_TOKEN', apiRoot: 'http://127.0.0.1:9' })
    const options = { bots: [{ bot, chat: 1 }], clock: SYSTEM_CLOCK, random: randomBytes, libraryId: null }
    const [result] = await Array.fromAsync(testBots(options))
    expect(result?.fault?.message).toMatch(/^Telegram gave no answer \(/)
  })

  it('waits a little when Telegram asks to, and not a moment less', async () => {
    await using telegram = await startTelegram({ speed: 50 })
    telegram.faults.add({ method: 'sendDocument', fault: { do: 'flood', retryAfterSec: 20 } })
    expect(await test(telegram)).toMatchObject([{ fault: null }])
    expect(telegram.journal.early).toEqual([])
  })
})

function answer(code: number, description: string): FaultRule['fault'] {
  return { do: 'answer', code, description }
}
