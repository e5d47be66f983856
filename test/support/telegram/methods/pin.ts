import { hasRight, readableMessage, visibleChat } from '../access.ts'
import { badRequest } from '../api-failure.ts'
import type { Call, Method } from '../call.ts'
import type { Chat, Message } from '../entities.ts'
import type { World } from '../world.ts'

/** `pinChatMessage`; in channels it takes the right to edit. */
export const pinChatMessage: Method = {
  rate: 'message',
  count: () => 0,
  run(call) {
    const chat = pinnableChat(call)
    const message = readableMessage(call.world, call.bot, chat, call.args.messageId(), 'message to pin not found')
    if (message.service) throw badRequest("message can't be pinned")
    pin(call.world, chat, message, call.bot.id)
    return true
  },
}

/** `unpinChatMessage`: the one named, else the newest. */
export const unpinChatMessage: Method = {
  rate: 'message',
  count: () => 0,
  run(call) {
    const chat = pinnableChat(call)
    const named = call.args.int('message_id')
    const newest = newestPinned(call.world, chat)?.id
    const messageId = named ?? newest
    if (messageId === undefined || !chat.pinned.delete(messageId)) throw badRequest('message to unpin not found')
    return true
  },
}

/** `unpinAllChatMessages`. */
export const unpinAllChatMessages: Method = {
  rate: 'message',
  count: () => 0,
  run(call) {
    pinnableChat(call).pinned.clear()
    return true
  },
}

/** Pins it, as a bot or a person does; a service message may tell of it. */
export function pin(world: World, chat: Chat, message: Message, fromId: number | undefined): void {
  if (chat.pinned.has(message.id)) return
  chat.pinned.add(message.id)
  if (world.habits.pinServiceMessage) world.post(chat, { fromId, service: { what: 'pinned', messageId: message.id } })
}

/** The pinned message with the newest date of sending, which need not be the one pinned last. */
export function newestPinned(world: World, chat: Chat): Message | undefined {
  const ids = [...chat.pinned].sort((a, b) => b - a)
  return ids.flatMap((id) => world.reachable(chat, id) ?? [])[0]
}

function pinnableChat({ world, bot, args }: Call): Chat {
  const chat = visibleChat(world, bot, args.text('chat_id'))
  if (!hasRight(chat, bot, 'edit')) throw badRequest('not enough rights to manage pinned messages in the chat')
  return chat
}
