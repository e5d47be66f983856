import { Api } from 'grammy'
import { describe, expect, it } from 'vitest'
import { botOf, channelOf, clientOf, refusalOf } from './api-client.test-support.ts'
import { type Case, CHATS, callRaw, FILES, rights, smallFile } from './refused-calls.test-support.ts'
import { startTelegram } from './start-telegram.ts'

const DAY_MS = 24 * 3600 * 1000

const MESSAGES: readonly Case[] = [
  ...(['forward', 'copy'] as const).flatMap((verb): Case[] => [
    {
      says: `400 Bad Request: message to ${verb} not found`,
      when: `the message to ${verb} never existed`,
      call: ({ api, chatId }) => api[`${verb}Message`](chatId, chatId, 99),
    },
    {
      says: `400 Bad Request: message to ${verb} not found`,
      when: `a bot outside of a public channel wants to ${verb}`,
      options: { bots: 2, channels: 2 },
      happen: (telegram) => {
        const { id } = telegram.addChannel({ username: 'public', members: [botOf(telegram, 1)] })
        return [{ what: 'post', chatId: id }]
      },
      call: ({ api, chatId }) => api[`${verb}Message`](chatId, '@public', 2),
    },
    {
      says: `400 Bad Request: message can't be ${verb === 'copy' ? 'copied' : 'forwarded'}`,
      when: `protected content is to ${verb}`,
      happen: (telegram) => [{ what: 'protect', chatId: channelOf(telegram), on: true }],
      call: ({ api, chatId }) => api[`${verb}Message`](chatId, chatId, 2),
    },
  ]),
  {
    says: '400 Bad Request: message to forward not found',
    when: 'the message is beyond the horizon',
    options: { habits: { horizon: 5 } },
    happen: (telegram) => [{ what: 'post', chatId: channelOf(telegram), times: 5 }],
    call: ({ api, chatId }) => api.forwardMessage(chatId, chatId, 2),
  },
  {
    says: '400 Bad Request: message to edit not found',
    when: 'the message to edit is gone',
    happen: (telegram) => [{ what: 'delete-message', chatId: channelOf(telegram), messageId: 2 }],
    call: ({ api, chatId }) => api.editMessageCaption(chatId, 2, { caption: 'new' }),
  },
  {
    says: '400 Bad Request: message to delete not found',
    when: 'the message to delete is gone',
    call: ({ api, chatId }) => api.deleteMessage(chatId, 99),
  },
  {
    says: "400 Bad Request: message can't be deleted",
    when: 'it is older than 48 hours',
    happen: () => [{ what: 'jump', ms: 2 * DAY_MS + 1000 }],
    call: ({ api, chatId }) => api.deleteMessage(chatId, 2),
  },
  {
    says: "400 Bad Request: message can't be deleted",
    when: 'one of several must stay',
    call: ({ api, chatId }) => api.deleteMessages(chatId, [1, 2]),
  },
  {
    says: "400 Bad Request: message can't be deleted",
    when: "another's is to be deleted without the right",
    options: { bots: 2 },
    happen: (telegram) => [rights(telegram, { delete: false }, 1)],
    call: ({ telegram, chatId }) => clientOf(telegram, 1).deleteMessage(chatId, 2),
  },
  {
    says: '400 Bad Request: message identifier is not specified',
    when: 'no message is named',
    call: ({ api, chatId }) => callRaw(api, 'deleteMessage', { chat_id: chatId }),
  },
  {
    says: '400 Bad Request: too many message identifiers specified',
    when: 'more than 100 messages are named',
    call: ({ api, chatId }) =>
      api.deleteMessages(
        chatId,
        Array.from({ length: 101 }, (_, index) => index + 1),
      ),
  },
  {
    says: '400 Bad Request: message identifiers must be in a strictly increasing order',
    when: 'messages are named in another order',
    call: ({ api, chatId }) => api.forwardMessages(chatId, chatId, [2, 1]),
  },
  {
    says:
      '400 Bad Request: message is not modified: specified new message content and reply markup are exactly the same ' +
      'as a current content and reply markup of the message',
    when: 'an edit changes nothing',
    call: ({ api, chatId }) => api.editMessageCaption(chatId, 2, { caption: 'first' }),
  },
  {
    says: "400 Bad Request: message can't be edited",
    when: "another's is to be edited without the right",
    options: { bots: 2 },
    happen: (telegram) => [rights(telegram, { edit: false }, 1)],
    call: ({ telegram, chatId }) => clientOf(telegram, 1).editMessageCaption(chatId, 2, { caption: 'new' }),
  },
  {
    says: '400 Bad Request: not enough rights to manage pinned messages in the chat',
    when: 'the right to edit, which pinning takes, is withdrawn',
    happen: (telegram) => [rights(telegram, { edit: false })],
    call: ({ api, chatId }) => api.pinChatMessage(chatId, 2),
  },
]

const TOKENS: readonly Case[] = [
  {
    says: '401 Unauthorized',
    when: 'the token was revoked',
    happen: (telegram) => [{ what: 'revoke-token', botId: botOf(telegram).id }],
    call: ({ api }) => api.getMe(),
  },
  {
    says: '401 Unauthorized',
    when: 'nobody has such a token',
    call: ({ telegram }) => new Api('7100000001:AAwrong', { apiRoot: telegram.root }).getMe(),
  },
  {
    says: '404 Not Found',
    when: 'the token is malformed',
    call: ({ telegram }) => new Api('wrong', { apiRoot: telegram.root }).getMe(),
  },
  {
    says: '401 Unauthorized: invalid token specified',
    when: "the server is one's own",
    options: { habits: { selfRun: true } },
    call: ({ telegram }) => new Api('wrong', { apiRoot: telegram.root }).getMe(),
  },
  {
    says: '404 Not Found: method not found',
    when: 'there is no such method',
    call: ({ api }) => callRaw(api, 'sendDocumentary', {}),
  },
  {
    says: '429 Too Many Requests: retry after 600',
    when: 'a server that has just started is closed',
    // Its clock stands as good as still.
    options: { speed: 0.0001 },
    call: ({ api }) => api.close(),
  },
]

describe('what the emulated Telegram refuses, in its words', () => {
  it.each([...FILES, ...CHATS, ...MESSAGES, ...TOKENS])('$says: $when', async ({ says, options, happen, call }) => {
    await using telegram = await startTelegram(options)
    const api = clientOf(telegram)
    const chatId = channelOf(telegram)
    const { document } = await api.sendDocument(chatId, smallFile(), { caption: 'first' })
    telegram.happen(...(happen?.(telegram) ?? []))
    const before = telegram.live(chatId).length
    expect(await refusalOf(call({ telegram, api, chatId, fileId: document.file_id }))).toBe(says)
    expect(telegram.live(chatId)).toHaveLength(before)
  })

  it.each([
    [413, 'Request Entity Too Large', undefined],
    [421, 'Misdirected Request: unallowed token specified', undefined],
    [500, 'Internal Server Error: restart', undefined],
    [
      400,
      'Bad Request: group chat was upgraded to a supergroup chat',
      { migrate_to_chat_id: -1_001_234_567_890 } as const,
    ],
  ])('%i %s, where a script says so', async (code, description, parameters) => {
    await using telegram = await startTelegram()
    // fetch asks again on its own when it is misdirected.
    telegram.faults.add({ times: null, fault: { do: 'answer', code, description, ...(parameters && { parameters }) } })
    const answer = await fetch(`${telegram.root}/bot${botOf(telegram).token}/getMe`)
    expect(answer.status).toBe(code)
    const body = { ok: false, error_code: code, description, ...(parameters && { parameters }) }
    expect(await answer.json()).toEqual(body)
  })
})
