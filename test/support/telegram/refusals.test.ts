import { Api, InputFile } from 'grammy'
import { describe, expect, it } from 'vitest'
import { botOf, channelOf, clientOf, refusalOf } from './api-client.test-support.ts'
import type { Happening } from './happening.ts'
import { type EmulatedTelegram, startTelegram, type TelegramOptions } from './start-telegram.ts'

interface Case {
  readonly says: string
  readonly when: string
  readonly options?: TelegramOptions
  /** Happens once message 2, a document of bot 0 in the channel, is there. */
  readonly happen?: (telegram: EmulatedTelegram) => readonly Happening[]
  readonly call: (at: Scene) => Promise<unknown>
}

interface Scene {
  readonly telegram: EmulatedTelegram
  readonly api: Api
  readonly chatId: number
  readonly fileId: string
}

const DAY_MS = 24 * 3600 * 1000
const SMALL = () => new InputFile(Buffer.from('small'), 'a.bin')
const RAW = (api: Api, method: string, body: object): Promise<unknown> =>
  (api.raw as unknown as Record<string, (body: object) => Promise<unknown>>)[method]?.(body) ?? Promise.reject(method)

const FILES: readonly Case[] = [
  {
    says: '400 Bad Request: file is too big',
    when: 'a file over the limit is asked for',
    options: { habits: { downloadLimitBytes: 4 } },
    call: ({ api, fileId }) => api.getFile(fileId),
  },
  { says: '400 Bad Request: invalid file_id', when: 'an id is garbage', call: ({ api }) => api.getFile('garbage') },
  { says: '400 Bad Request: file_id not specified', when: 'an id is empty', call: ({ api }) => api.getFile('') },
  {
    says: '400 Bad Request: wrong file_id or the file is temporarily unavailable',
    when: "an id is another bot's",
    options: { bots: 2 },
    call: ({ telegram, fileId }) => clientOf(telegram, 1).getFile(fileId),
  },
  {
    says: '400 Bad Request: wrong file_id or the file is temporarily unavailable',
    when: 'no message carries the file any more',
    happen: (telegram) => [{ what: 'delete-message', chatId: channelOf(telegram), messageId: 2 }],
    call: ({ api, fileId }) => api.getFile(fileId),
  },
  {
    says: '400 Bad Request: wrong file identifier/HTTP URL specified',
    when: 'garbage is sent as a file',
    call: ({ api, chatId }) => api.sendDocument(chatId, 'garbage'),
  },
  {
    says: '400 Bad Request: wrong remote file identifier specified: Wrong string length',
    when: "another bot's file is sent again",
    options: { bots: 2 },
    call: ({ telegram, chatId, fileId }) => clientOf(telegram, 1).sendDocument(chatId, fileId),
  },
  {
    says: '400 Bad Request: there is no document in the request',
    when: 'the document is missing',
    call: ({ api, chatId }) => RAW(api, 'sendDocument', { chat_id: chatId }),
  },
  {
    says: '400 Bad Request: file must be non-empty',
    when: 'the document is empty',
    call: ({ api, chatId }) => api.sendDocument(chatId, new InputFile(Buffer.alloc(0), 'a.bin')),
  },
  {
    says: '400 Bad Request: message caption is too long',
    when: 'a caption has 1025 characters',
    call: ({ api, chatId }) => api.sendDocument(chatId, SMALL(), { caption: 'x'.repeat(1025) }),
  },
  {
    says: '413 Request Entity Too Large',
    when: 'an upload is over the limit',
    options: { habits: { uploadLimitBytes: 1_000_000 } },
    call: ({ api, chatId }) => api.sendDocument(chatId, new InputFile(Buffer.alloc(1_000_001), 'a.bin')),
  },
]

const CHATS: readonly Case[] = [
  { says: '400 Bad Request: chat not found', when: 'no chat has the id', call: ({ api }) => api.getChat(-1001) },
  {
    says: '400 Bad Request: chat not found',
    when: 'the bot never met the chat',
    options: { bots: 2 },
    happen: (telegram) => {
      telegram.addChannel({ members: [] })
      return []
    },
    call: ({ telegram, api }) => api.sendMessage(channelOf(telegram, 1), 'hello'),
  },
  {
    says: '400 Bad Request: chat not found',
    when: 'the channel was deleted',
    happen: (telegram) => [{ what: 'delete-channel', chatId: channelOf(telegram) }],
    call: ({ api, chatId }) => api.sendDocument(chatId, SMALL()),
  },
  { says: '400 Bad Request: chat_id is empty', when: 'no chat is named', call: ({ api }) => RAW(api, 'getChat', {}) },
  {
    says: '400 Bad Request: chat identifier is not specified',
    when: 'no chat to forward from is named',
    call: ({ api, chatId }) => RAW(api, 'forwardMessage', { chat_id: chatId, message_id: 2 }),
  },
  {
    says: '403 Forbidden: bot was kicked from the channel chat',
    when: 'the bot was thrown out',
    happen: (telegram) => [{ what: 'kick', botId: botOf(telegram).id, chatId: channelOf(telegram) }],
    call: ({ api, chatId }) => api.sendDocument(chatId, SMALL()),
  },
  {
    says: '403 Forbidden: bot is not a member of the channel chat',
    when: 'the bot has left',
    happen: (telegram) => [{ what: 'leave', botId: botOf(telegram).id, chatId: channelOf(telegram) }],
    call: ({ api, chatId }) => api.forwardMessage(chatId, chatId, 2),
  },
  {
    says: '403 Forbidden: bot was kicked from the supergroup chat',
    when: 'the bot was thrown out of a group',
    happen: (telegram) => {
      const { id } = telegram.addChannel({ type: 'supergroup' })
      return [{ what: 'kick', botId: botOf(telegram).id, chatId: id }]
    },
    call: ({ api, telegram }) => api.getChat(channelOf(telegram, 1)),
  },
  {
    says: '400 Bad Request: need administrator rights in the channel chat',
    when: 'the right to post is withdrawn',
    happen: (telegram) => [rights(telegram, { post: false })],
    call: ({ api, chatId }) => api.sendDocument(chatId, SMALL()),
  },
  {
    says: '400 Bad Request: not enough rights to send documents to the chat',
    when: 'a group lets the bot send nothing',
    happen: (telegram) => {
      telegram.addChannel({ type: 'supergroup', rights: { post: false } })
      return []
    },
    call: ({ api, telegram }) => api.sendDocument(channelOf(telegram, 1), SMALL()),
  },
  {
    says: '403 Forbidden: bot was blocked by the user',
    when: 'a person blocked the bot',
    happen: (telegram) => [{ what: 'block', botId: botOf(telegram).id, userId: telegram.addUser().id }],
    call: ({ api }) => api.sendMessage(500_000_001, 'hello'),
  },
  {
    says: '403 Forbidden: user is deactivated',
    when: 'a person is gone',
    happen: (telegram) => [{ what: 'deactivate', userId: telegram.addUser().id }],
    call: ({ api }) => api.sendMessage(500_000_001, 'hello'),
  },
  {
    says: "403 Forbidden: bot can't initiate conversation with a user",
    when: 'a person never wrote to the bot',
    happen: (telegram) => {
      telegram.addUser([])
      return []
    },
    call: ({ api }) => api.sendMessage(500_000_001, 'hello'),
  },
]

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
    call: ({ api, chatId }) => RAW(api, 'deleteMessage', { chat_id: chatId }),
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
    call: ({ api }) => RAW(api, 'sendDocumentary', {}),
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
    const { document } = await api.sendDocument(chatId, SMALL(), { caption: 'first' })
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

function rights(telegram: EmulatedTelegram, withdrawn: object, index = 0): Happening {
  return { what: 'rights', botId: botOf(telegram, index).id, chatId: channelOf(telegram), rights: withdrawn }
}
