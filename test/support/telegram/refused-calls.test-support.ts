import { type Api, InputFile } from 'grammy'
import { botOf, channelOf, clientOf } from './api-client.test-support.ts'
import type { Happening } from './happening.ts'
import type { EmulatedTelegram, TelegramOptions } from './start-telegram.ts'

/** A call that is refused in these words. */
export interface Case {
  readonly says: string
  readonly when: string
  readonly options?: TelegramOptions
  /** Happens once message 2, a document of bot 0 in the channel, is there. */
  readonly happen?: (telegram: EmulatedTelegram) => readonly Happening[]
  readonly call: (at: Scene) => Promise<unknown>
}

export interface Scene {
  readonly telegram: EmulatedTelegram
  readonly api: Api
  readonly chatId: number
  readonly fileId: string
}

/** A document of a few bytes. */
export const smallFile = () => new InputFile(Buffer.from('small'), 'a.bin')

/** A call as grammY's own types would not have it. */
export const callRaw = (api: Api, method: string, body: object): Promise<unknown> =>
  (api.raw as unknown as Record<string, (body: object) => Promise<unknown>>)[method]?.(body) ?? Promise.reject(method)

export const FILES: readonly Case[] = [
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
    call: ({ api, chatId }) => callRaw(api, 'sendDocument', { chat_id: chatId }),
  },
  {
    says: '400 Bad Request: file must be non-empty',
    when: 'the document is empty',
    call: ({ api, chatId }) => api.sendDocument(chatId, new InputFile(Buffer.alloc(0), 'a.bin')),
  },
  {
    says: '400 Bad Request: message caption is too long',
    when: 'a caption has 1025 characters',
    call: ({ api, chatId }) => api.sendDocument(chatId, smallFile(), { caption: 'x'.repeat(1025) }),
  },
  {
    says: '413 Request Entity Too Large',
    when: 'an upload is over the limit',
    options: { habits: { uploadLimitBytes: 1_000_000 } },
    call: ({ api, chatId }) => api.sendDocument(chatId, new InputFile(Buffer.alloc(1_000_001), 'a.bin')),
  },
]

export const CHATS: readonly Case[] = [
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
    call: ({ api, chatId }) => api.sendDocument(chatId, smallFile()),
  },
  {
    says: '400 Bad Request: chat_id is empty',
    when: 'no chat is named',
    call: ({ api }) => callRaw(api, 'getChat', {}),
  },
  {
    says: '400 Bad Request: chat identifier is not specified',
    when: 'no chat to forward from is named',
    call: ({ api, chatId }) => callRaw(api, 'forwardMessage', { chat_id: chatId, message_id: 2 }),
  },
  {
    says: '403 Forbidden: bot was kicked from the channel chat',
    when: 'the bot was thrown out',
    happen: (telegram) => [{ what: 'kick', botId: botOf(telegram).id, chatId: channelOf(telegram) }],
    call: ({ api, chatId }) => api.sendDocument(chatId, smallFile()),
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
    call: ({ api, chatId }) => api.sendDocument(chatId, smallFile()),
  },
  {
    says: '400 Bad Request: not enough rights to send documents to the chat',
    when: 'a group lets the bot send nothing',
    happen: (telegram) => {
      telegram.addChannel({ type: 'supergroup', rights: { post: false } })
      return []
    },
    call: ({ api, telegram }) => api.sendDocument(channelOf(telegram, 1), smallFile()),
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

/** Some rights of a bot in the first channel are other ones. */
export function rights(telegram: EmulatedTelegram, changed: object, index = 0): Happening {
  return { what: 'rights', botId: botOf(telegram, index).id, chatId: channelOf(telegram), rights: changed }
}
