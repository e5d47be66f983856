import type { Chat, Message } from './entities.ts'
import type { Emulator } from './emulator.ts'
import { memoryContent } from './file-content.ts'
import { flipBit } from './flip-bit.ts'
import { pin } from './methods/pin.ts'
import { messageJson, userJson } from './render.ts'
import type { NewMessage } from './world.ts'

import type { Happening } from './happening.ts'

type Handlers = {
  readonly [What in Happening['what']]: (event: Extract<Happening, { what: What }>, at: Emulator) => void
}

const HANDLERS: Handlers = {
  'revoke-token': ({ botId }, { world }) => {
    botOf(world, botId).revoked = true
  },
  'restore-token': ({ botId }, { world }) => {
    botOf(world, botId).revoked = false
  },
  kick: ({ botId, chatId }, { world }) => world.setMember(chatOf(world, chatId), botId, 'kicked'),
  leave: ({ botId, chatId }, { world }) => world.setMember(chatOf(world, chatId), botId, 'left'),
  join: ({ botId, chatId, rights }, { world }) =>
    world.setMember(chatOf(world, chatId), botId, 'administrator', rights),
  rights: ({ botId, chatId, rights }, { world }) => {
    const member = chatOf(world, chatId).members.get(botId)
    if (member) Object.assign(member.rights, rights)
  },
  'delete-channel': ({ chatId }, { world }) => {
    chatOf(world, chatId).deleted = true
  },
  'delete-message': ({ chatId, messageId }, { world }) => {
    world.delete(messageOf(world, chatId, messageId), chatOf(world, chatId))
  },
  post: ({ chatId, text = 'Hello', times = 1 }, { world, updates }) => {
    const chat = chatOf(world, chatId)
    for (let count = 0; count < times; count += 1) {
      const message = world.post(chat, { text })
      for (const bot of world.bots.values()) {
        if (chat.members.get(bot.id)?.status !== 'administrator') continue
        updates.push(bot, { channel_post: messageJson(world, bot, chat, message) })
      }
    }
  },
  pin: ({ chatId, messageId }, { world }) =>
    pin(world, chatOf(world, chatId), messageOf(world, chatId, messageId), undefined),
  unpin: ({ chatId, messageId }, { world }) => {
    chatOf(world, chatId).pinned.delete(messageId)
  },
  'edit-caption': ({ chatId, messageId, caption }, { world }) => {
    messageOf(world, chatId, messageId).caption = caption
  },
  'flip-bit': ({ chatId, messageId, bit }, { world }) => {
    const { file } = messageOf(world, chatId, messageId)
    if (file) file.content = flipBit(file.content, bit ?? Math.floor(world.random() * file.content.byteLength * 8))
  },
  protect: ({ chatId, on }, { world }) => {
    chatOf(world, chatId).protectedContent = on
  },
  'write-to-bot': ({ botId, userId, text }, at) => writeToBot(at, botId, userId, { text }),
  'forward-to-bot': ({ botId, userId, post }, at) => {
    const { text, caption, file, id, dateSec } = messageOf(at.world, post.chatId, post.messageId)
    const origin = { chatId: post.chatId, messageId: id, dateSec }
    writeToBot(at, botId, userId, { text, caption, file, origin })
  },
  'send-file-to-bot': ({ botId, userId, file: { name, base64, caption } }, at) => {
    const content = memoryContent([Buffer.from(base64, 'base64')])
    const file = at.world.newFile({ name, mimeType: 'application/octet-stream', content }, 'document')
    writeToBot(at, botId, userId, { file, caption })
  },
  'press-button': ({ botId, userId, messageId, data }, { world, updates }) => {
    const bot = botOf(world, botId)
    const chat = chatOf(world, userId, botId)
    const message = found(chat.messages.get(messageId), `message ${messageId}`)
    const id = String(Math.floor(world.random() * 1e17))
    const from = userJson(userOf(world, userId))
    const query = { id, from, message: messageJson(world, bot, chat, message), chat_instance: String(chat.id), data }
    updates.push(bot, { callback_query: query })
  },
  start: ({ botId, userId }, { world }) => {
    userOf(world, userId).started.add(botId)
    userOf(world, userId).blocked.delete(botId)
  },
  block: ({ botId, userId }, { world }) => {
    userOf(world, userId).blocked.add(botId)
  },
  deactivate: ({ userId }, { world }) => {
    userOf(world, userId).deactivated = true
  },
  rates: ({ rates, onlyId }, { limiter }) => limiter.set(rates, onlyId),
  habits: ({ habits }, { world }) => {
    Object.assign(world.habits, habits)
  },
  network: ({ latencyMs, bytesPerSec }, { network }) => {
    if (latencyMs !== undefined) network.latencyMs = latencyMs
    if (bytesPerSec !== undefined) network.bytesPerSec = bytesPerSec
  },
  jump: ({ ms }, { clock }) => clock.jump(ms),
  speed: ({ speed }, { clock }) => clock.setSpeed(speed),
}

/** Makes it so; throws when there is no such bot, chat or message. */
export function happen(emulator: Emulator, event: Happening): void {
  const handler = HANDLERS[event.what] as ((event: Happening, at: Emulator) => void) | undefined
  if (!handler) throw new Error(`Nothing is known of "${event.what}". Known: ${Object.keys(HANDLERS).join(', ')}.`)
  handler(event, emulator)
}

function writeToBot({ world, updates }: Emulator, botId: number, userId: number, message: NewMessage): void {
  const bot = botOf(world, botId)
  userOf(world, userId).started.add(botId)
  const chat = chatOf(world, userId, botId)
  const posted = world.post(chat, { ...message, fromId: userId })
  updates.push(bot, { message: messageJson(world, bot, chat, posted) })
}

type WorldOf = Emulator['world']

function botOf(world: WorldOf, botId: number) {
  return found(world.bots.get(botId), `bot ${botId}`)
}

function userOf(world: WorldOf, userId: number) {
  return found(world.users.get(userId), `user ${userId}`)
}

function chatOf(world: WorldOf, chatId: number, botId?: number): Chat {
  const bot = botId === undefined ? undefined : world.bots.get(botId)
  return found(bot ? world.chatOf(bot, chatId) : world.chats.get(chatId), `chat ${chatId}`)
}

function messageOf(world: WorldOf, chatId: number, messageId: number): Message {
  const chat = chatOf(world, chatId)
  const id = messageId < 0 ? chat.lastMessageId + 1 + messageId : messageId
  return found(chat.messages.get(id), `message ${messageId}`)
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`There is no ${name}.`)
  return value
}
