import { namedChat, readableMessage, visibleChat, writableChat } from '../access.ts'
import { badRequest } from '../api-failure.ts'
import type { Call, Method } from '../call.ts'
import type { Chat, Message } from '../entities.ts'
import { messageJson } from '../render.ts'
import type { NewMessage } from '../world.ts'
import { captionOf } from './send.ts'

type Verb = 'forward' | 'copy'

/** `forwardMessage`: a message with the file id of whoever forwards. */
export const forwardMessage: Method = {
  rate: 'message',
  run(call) {
    const { world, bot } = call
    const { from, to } = chatsOf(call)
    const message = relayable(call, from, call.args.messageId(), 'forward')
    return messageJson(world, bot, to, world.post(to, forwarded(call, from, message)))
  },
}

/** `copyMessage`: only the id of the copy. */
export const copyMessage: Method = {
  rate: 'message',
  run(call) {
    const { from, to } = chatsOf(call)
    const message = relayable(call, from, call.args.messageId(), 'copy')
    const given = captionOf(call.world, call.args.text('caption'))
    const copy = copied(call, message)
    return { message_id: call.world.post(to, given === undefined ? copy : { ...copy, caption: given }).id }
  },
}

/** `forwardMessages` and `copyMessages`: what is missing is left out without a word. */
export function relayManyMethod(verb: Verb): Method {
  return {
    rate: 'message',
    count: (args) => args.messageIds().length,
    run(call) {
      const ids = call.args.messageIds()
      if (ids.some((id, index) => index > 0 && id <= (ids[index - 1] ?? 0))) {
        throw badRequest('message identifiers must be in a strictly increasing order')
      }
      const { from, to } = chatsOf(call)
      const found = ids.flatMap((id) => findRelayable(call, from, id, verb) ?? [])
      if (found.length === 0) throw badRequest(`message to ${verb} not found`)
      return found.map((message) => {
        const next = verb === 'forward' ? forwarded(call, from, message) : copied(call, message)
        return { message_id: call.world.post(to, next).id }
      })
    },
  }
}

function chatsOf({ world, bot, args }: Call): { from: Chat; to: Chat } {
  const fromId = args.text('from_chat_id')
  if (fromId === undefined) throw badRequest('chat identifier is not specified')
  const to = writableChat(world, bot, args.text('chat_id'), 'messages')
  const from =
    namedChat(world, bot, fromId).username === undefined
      ? visibleChat(world, bot, fromId)
      : namedChat(world, bot, fromId)
  return { from, to }
}

function relayable({ world, bot }: Call, from: Chat, messageId: number, verb: Verb): Message {
  const message = readableMessage(world, bot, from, messageId, `message to ${verb} not found`)
  const isOpen = message.service === undefined && !message.protectedContent && !from.protectedContent
  if (!isOpen) throw badRequest(verb === 'forward' ? "message can't be forwarded" : "message can't be copied")
  return message
}

function findRelayable(call: Call, from: Chat, messageId: number, verb: Verb): Message | undefined {
  try {
    return relayable(call, from, messageId, verb)
  } catch {
    return undefined
  }
}

function forwarded({ bot, args }: Call, from: Chat, message: Message): NewMessage {
  const origin = message.origin ?? { chatId: from.id, messageId: message.id, dateSec: message.dateSec }
  const { text, caption, file } = message
  return { fromId: bot.id, text, caption, file, origin, protectedContent: args.bool('protect_content') }
}

function copied({ bot, args }: Call, message: Message): NewMessage {
  const { text, caption, file } = message
  const keepsCaption = !args.bool('remove_caption')
  return {
    fromId: bot.id,
    text,
    file,
    ...(keepsCaption && { caption }),
    protectedContent: args.bool('protect_content'),
  }
}
