import { type ApiFailure, badRequest, forbidden } from './api-failure.ts'
import type { Bot, Chat, Member, Message, Rights } from './entities.ts'
import type { World } from './world.ts'

/** The chat that a parameter names, whatever the bot may do there; throws when there is none. */
export function namedChat(world: World, bot: Bot, chatId: string | undefined): Chat {
  if (chatId === undefined) throw badRequest('chat_id is empty')
  const chat = chatId.startsWith('@') ? world.publicChat(chatId.slice(1)) : world.chatOf(bot, Number(chatId))
  if (chat === undefined || chat.deleted) throw badRequest('chat not found')
  return chat
}

/** The chat, for a bot that may see it: public ones may be seen by all. */
export function visibleChat(world: World, bot: Bot, chatId: string | undefined): Chat {
  const chat = namedChat(world, bot, chatId)
  if (chat.type === 'private') return dialog(world, bot, chat)
  const refusal = outsiderRefusal(chat, bot)
  if (refusal && chat.username === undefined) throw refusal
  return chat
}

/** The chat, for a bot that may write such things there. */
export function writableChat(world: World, bot: Bot, chatId: string | undefined, what: 'messages' | 'documents'): Chat {
  const chat = namedChat(world, bot, chatId)
  if (chat.type === 'private') return dialog(world, bot, chat)
  const refusal = outsiderRefusal(chat, bot)
  if (refusal) throw chat.username === undefined ? refusal : notAMember(chat)
  if (hasRight(chat, bot, 'post')) return chat
  if (chat.type === 'channel') throw badRequest('need administrator rights in the channel chat')
  const text = what === 'documents' ? 'send documents' : 'send text messages'
  throw badRequest(`not enough rights to ${text} to the chat`)
}

/**
 * The message, for a bot that reads it. Whatever is wrong is said with the same words: that it was not found; only a bot
 * outside of a private chat is told so.
 */
export function readableMessage(world: World, bot: Bot, chat: Chat, messageId: number, missing: string): Message {
  if (chat.type !== 'private' && outsiderRefusal(chat, bot)) throw badRequest(missing)
  const message = world.reachable(chat, messageId)
  if (message === undefined) throw badRequest(missing)
  return message
}

/** People write where they may; bots need to be administrators of channels. */
export function hasRight(chat: Chat, bot: Bot, right: keyof Rights): boolean {
  if (chat.type === 'private') return true
  const member = chat.members.get(bot.id)
  if (member?.status === 'administrator') return member.rights[right]
  return chat.type === 'supergroup' && right === 'post' && member?.status === 'member' && member.rights.post
}

/** Whether this one is in the chat. */
export function isInside(member: Member | undefined): boolean {
  return member?.status === 'administrator' || member?.status === 'member'
}

function outsiderRefusal(chat: Chat, bot: Bot): ApiFailure | undefined {
  const member = chat.members.get(bot.id)
  if (isInside(member)) return undefined
  if (member?.status === 'kicked') return forbidden(`bot was kicked from the ${chat.type} chat`)
  if (member?.status === 'left') return notAMember(chat)
  return badRequest('chat not found')
}

function notAMember(chat: Chat): ApiFailure {
  return forbidden(`bot is not a member of the ${chat.type} chat`)
}

function dialog(world: World, bot: Bot, chat: Chat): Chat {
  const user = world.users.get(chat.id)
  if (user?.deactivated) throw forbidden('user is deactivated')
  if (user?.blocked.has(bot.id)) throw forbidden('bot was blocked by the user')
  if (!user?.started.has(bot.id)) throw forbidden("bot can't initiate conversation with a user")
  return chat
}
