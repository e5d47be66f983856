import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { BotApi } from './bot-api.ts'
import {
  botAt,
  CANARY_TOKEN,
  CHAT_ID,
  documentOf,
  fastClock,
  faultOf,
  postedDocument,
  startAnswers,
} from './bot-api.test-support.ts'

const BYTES = new Uint8Array(300_000)

describe('calls without a file', () => {
  it('speak for themselves: who, where, rights, looking, editing, deleting', async () => {
    const asked: [string, unknown][] = []
    const results: Record<string, unknown> = {
      getMe: { id: 7123456789, is_bot: true, first_name: 'Store', username: 'store_bot' },
      getChat: { id: CHAT_ID, type: 'channel', title: 'Store', pinned_message: postedDocument(9, 77) },
      getChatMember: {
        status: 'administrator',
        can_post_messages: true,
        can_edit_messages: false,
        can_delete_messages: true,
      },
      forwardMessage: { ...(postedDocument(12, 77) as object), chat: { id: 55, type: 'private' } },
      deleteMessages: true,
      pinChatMessage: true,
      sendMessage: { message_id: 13, chat: { id: CHAT_ID, type: 'channel' }, date: 1 },
      getFile: { file_id: 'x', file_unique_id: 'y', file_path: 'documents/file_1.bin' },
    }
    await using server = await startAnswers(async (call) => {
      asked.push([call.what, JSON.parse((await call.body()).toString() || '{}')])
      if (call.what === 'editMessageCaption') call.fail(400, 'Bad Request: message is not modified: specified new …')
      else call.ok(results[call.what])
    })
    const bot = botAt(server.root)
    expect(await bot.getMe()).toEqual({ id: 7123456789, username: 'store_bot' })
    expect(await bot.getChat(CHAT_ID)).toMatchObject({ title: 'Store', pinned: { messageId: 9, byteLength: 77 } })
    expect(await bot.getMember(CHAT_ID)).toEqual({
      status: 'administrator',
      canPost: true,
      canEdit: false,
      canDelete: true,
    })
    const place = { chatId: CHAT_ID, messageId: 9 }
    expect(await bot.forward(place, 55)).toMatchObject({ messageId: 12, document: { fileId: 'BQACAgIAAx' } })
    await bot.deleteMessages(CHAT_ID, [9, 10])
    await bot.editCaption(place, 'gone')
    await bot.pin(place)
    expect(await bot.sendText(CHAT_ID, '.')).toEqual({ messageId: 13 })
    expect(await bot.filePath('x')).toEqual({ filePath: 'documents/file_1.bin', byteLength: null })
    expect(Object.fromEntries(asked)).toMatchObject({
      forwardMessage: { chat_id: 55, from_chat_id: CHAT_ID, message_id: 9 },
      deleteMessages: { chat_id: CHAT_ID, message_ids: [9, 10] },
      editMessageCaption: { chat_id: CHAT_ID, message_id: 9, caption: 'gone' },
    })
  })

  it('take an HTML 502 and a cut connection as ambiguous', async () => {
    let cuts = false
    await using server = await startAnswers((asked) => {
      if (cuts) asked.cut()
      else asked.response.writeHead(502).end('<html>Bad Gateway</html>')
    })
    const bot = botAt(server.root)
    expect(await faultOf(bot.getMe())).toMatchObject({ kind: 'ambiguous', sent: 'unknown' })
    cuts = true
    expect(await faultOf(bot.sendText(CHAT_ID, '.'))).toMatchObject({ kind: 'ambiguous', sent: 'unknown' })
  })

  it('end after their time', async () => {
    await using server = await startAnswers(() => {})
    const error = await faultOf(botAt(server.root, fastClock(300)).getMe())
    expect(error).toMatchObject({ kind: 'ambiguous', message: 'getMe by BOT_TOKEN_2: no answer for 30 seconds' })
  })

  it('do not leave before retry_after is over, whoever asks', async () => {
    let calls = 0
    await using server = await startAnswers(async (asked) => {
      await asked.body()
      calls++
      asked.fail(429, 'Too Many Requests: retry after 9', { retry_after: 9 })
    })
    const bot = botAt(server.root)
    expect(await faultOf(bot.sendText(CHAT_ID, '.'))).toMatchObject({ kind: 'rate-limited', retryAfterMs: 9000 })
    const held = await faultOf(bot.sendDocument(CHAT_ID, documentOf(BYTES)))
    expect(held).toMatchObject({ kind: 'rate-limited', sent: 'no', status: 0 })
    expect(held.retryAfterMs).toBeGreaterThan(8000)
    expect(calls).toBe(1)
    expect(await faultOf(bot.filePath('x'))).toMatchObject({ kind: 'rate-limited', status: 429 })
    expect(calls).toBe(2)
  })
})

describe('a token', () => {
  it('is in no error, whatever goes wrong, however one looks at it', async () => {
    let turn = 0
    await using server = await startAnswers(async (asked) => {
      const path = asked.request.url ?? ''
      const ways = [
        () => asked.fail(404, `Not Found: ${path}`),
        () => asked.fail(401, 'Unauthorized'),
        () => asked.cut(),
        () => asked.response.writeHead(502).end(`<html>${path}</html>`),
        () => asked.response.writeHead(302, { location: `http://elsewhere.example${path}` }).end(),
        () => asked.json(200, { ok: true, result: { path } }),
      ]
      ways[turn++ % ways.length]?.()
    })
    const document = documentOf(BYTES)
    const roots = [server.root, 'http://127.0.0.1:1', 'http://[::1]:1', 'https://127.0.0.1:1']
    const calls = roots.flatMap((root) => {
      const bot = botAt(root)
      return [
        () => bot.getMe(),
        () => bot.getChat(CHAT_ID),
        () => bot.sendText(CHAT_ID, '.'),
        () => bot.sendDocument(CHAT_ID, document),
        () => bot.filePath('x'),
        () => bot.download('documents/file 1\n.bin'),
        () => Promise.reject(bot),
      ]
    })
    const shown: string[] = []
    for (const call of Array.from({ length: 6 }, () => calls).flat()) shown.push(...(await sightsOf(call)))
    expect(shown.filter((text) => text.includes('canary'))).toEqual([])
    expect(shown.filter((text) => text.includes('TelegramError')).length).toBeGreaterThan(100)
  })

  it('that is none is refused without being repeated', () => {
    const make = () => new BotApi({ token: `${CANARY_TOKEN}/../x`, setting: 'BOT_TOKEN', apiRoot: 'http://127.0.0.1' })
    expect(make).toThrow('BOT_TOKEN is not a bot token.')
  })
})

/** What is thrown, as logs and people would see it. */
async function sightsOf(call: () => Promise<unknown>): Promise<string[]> {
  const thrown: unknown = await call().catch((reason: unknown) => reason)
  const cause = thrown instanceof Error ? [thrown.stack ?? '', inspect(thrown.cause, { depth: 20 })] : []
  return [inspect(thrown, { depth: 20, showHidden: true }), String(thrown), JSON.stringify(thrown) ?? '', ...cause]
}
