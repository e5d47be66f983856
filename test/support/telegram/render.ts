import type { Bot, Chat, Member, Message, Origin, ServiceEvent, StoredFile, User } from './entities.ts'
import type { World } from './world.ts'

type Json = Readonly<Record<string, unknown>>

/** Bot API `Message` as this bot gets it: with file ids of its own. */
export function messageJson(world: World, bot: Bot, chat: Chat, message: Message): Json {
  return {
    message_id: message.id,
    ...senderJson(world, chat, message),
    chat: chatJson(chat),
    date: message.dateSec,
    ...(message.editDateSec !== undefined && { edit_date: message.editDateSec }),
    ...(message.origin && originJson(world, message.origin)),
    ...(message.protectedContent && { has_protected_content: true }),
    ...(message.mediaGroupId !== undefined && { media_group_id: message.mediaGroupId }),
    ...(message.service && serviceJson(world, bot, chat, message.service)),
    ...(message.text !== undefined && { text: message.text }),
    ...(message.file && fileJson(world, bot, message.file)),
    ...(message.caption !== undefined && { caption: message.caption }),
    ...(message.replyMarkup !== undefined && { reply_markup: message.replyMarkup }),
  }
}

/** Bot API `Chat`. */
export function chatJson(chat: Chat): Json {
  const name = chat.type === 'private' ? { first_name: chat.title } : { title: chat.title }
  return { id: chat.id, ...name, ...(chat.username !== undefined && { username: chat.username }), type: chat.type }
}

/** Bot API `User` of a bot. */
export function botJson(bot: Bot): Json {
  return { id: bot.id, is_bot: true, first_name: bot.name, username: bot.username }
}

/** Bot API `User` of a person. */
export function userJson(user: User): Json {
  return {
    id: user.id,
    is_bot: false,
    first_name: user.firstName,
    ...(user.username !== undefined && { username: user.username }),
  }
}

/** Bot API `ChatMember`. */
export function memberJson(chat: Chat, who: Json, member: Member | undefined): Json {
  const status = member?.status ?? 'left'
  if (status === 'kicked') return { user: who, status, until_date: 0 }
  if (status !== 'administrator' || !member) return { user: who, status }
  const { post, edit, delete: remove } = member.rights
  return {
    user: who,
    status,
    can_be_edited: false,
    is_anonymous: false,
    can_manage_chat: true,
    can_delete_messages: remove,
    can_manage_video_chats: false,
    can_restrict_members: false,
    can_promote_members: false,
    can_change_info: false,
    can_invite_users: false,
    can_post_stories: false,
    can_edit_stories: false,
    can_delete_stories: false,
    ...(chat.type === 'channel'
      ? { can_post_messages: post, can_edit_messages: edit, can_manage_direct_messages: false }
      : { can_pin_messages: edit, can_manage_topics: false }),
  }
}

function senderJson(world: World, chat: Chat, message: Message): Json {
  if (chat.type === 'channel') return { sender_chat: chatJson(chat) }
  const bot = message.fromId === undefined ? undefined : world.bots.get(message.fromId)
  const user = message.fromId === undefined ? undefined : world.users.get(message.fromId)
  return { ...(bot && { from: botJson(bot) }), ...(user && { from: userJson(user) }) }
}

function serviceJson(world: World, bot: Bot, chat: Chat, service: ServiceEvent): Json {
  if (service.what === 'created') return { [`${chat.type}_chat_created`]: true }
  const pinned = world.reachable(chat, service.messageId)
  if (pinned) return { pinned_message: messageJson(world, bot, chat, pinned) }
  return { pinned_message: { chat: chatJson(chat), message_id: service.messageId, date: 0 } }
}

function originJson(world: World, origin: Origin): Json {
  const chat = world.chats.get(origin.chatId)
  if (!chat) return { forward_origin: { type: 'hidden_user', sender_user_name: 'Somebody', date: origin.dateSec } }
  return {
    forward_origin: { type: 'channel', chat: chatJson(chat), message_id: origin.messageId, date: origin.dateSec },
    forward_from_chat: chatJson(chat),
    forward_from_message_id: origin.messageId,
    forward_date: origin.dateSec,
  }
}

function fileJson(world: World, bot: Bot, file: StoredFile): Json {
  const ids = { file_id: world.files.fileId(bot, file), file_unique_id: file.uniqueId }
  const named = { file_name: file.name, mime_type: file.mimeType, ...ids, file_size: file.content.byteLength }
  const picture = { duration: 1, width: 320, height: 240 }
  if (file.kind === 'video') return { video: { ...picture, ...named } }
  if (file.kind === 'audio') return { audio: { duration: 1, ...named } }
  if (file.kind === 'animation') return { animation: { ...picture, ...named }, document: named }
  if (file.kind === 'photo') {
    return { photo: [{ ...ids, file_size: file.content.byteLength, width: 320, height: 240 }] }
  }
  return { document: named }
}
