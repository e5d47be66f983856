import { hasRight, readableMessage, visibleChat } from '../access.ts'
import { badRequest } from '../api-failure.ts'
import type { Call, Method } from '../call.ts'
import type { Chat, Message } from '../entities.ts'

/** `deleteMessage`. */
export const deleteMessage: Method = {
  rate: 'delete',
  run(call) {
    const { world, bot, args } = call
    const chat = visibleChat(world, bot, args.text('chat_id'))
    const message = readableMessage(world, bot, chat, args.messageId(), 'message to delete not found')
    if (!canDelete(call, chat, message)) throw undeletable()
    world.delete(message, chat)
    return true
  },
}

/** `deleteMessages`: missing ones are left out; one that must stay keeps all. */
export const deleteMessages: Method = {
  rate: 'delete',
  run(call) {
    const { world, bot, args } = call
    const chat = visibleChat(world, bot, args.text('chat_id'))
    const messages = args.messageIds().flatMap((id) => world.reachable(chat, id) ?? [])
    if (messages.some((message) => !canDelete(call, chat, message))) throw undeletable()
    for (const message of messages) world.delete(message, chat)
    return true
  },
}

/** The message of a channel's creation stays; bots delete nothing old (TDLib: older than two days). */
function canDelete({ world, bot }: Call, chat: Chat, message: Message): boolean {
  const limitMs = world.habits.deleteAgeLimitMs
  if (limitMs !== null && world.clock.wallMs() - message.dateSec * 1000 >= limitMs) return false
  if (chat.type === 'private') return true
  if (message.id === 1) return false
  return hasRight(chat, bot, 'delete') || (message.fromId === bot.id && hasRight(chat, bot, 'post'))
}

function undeletable() {
  return badRequest("message can't be deleted")
}
