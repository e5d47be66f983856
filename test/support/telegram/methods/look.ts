import { hasRight, isInside, namedChat, visibleChat } from '../access.ts'
import { badRequest } from '../api-failure.ts'
import type { Call, Method } from '../call.ts'
import { fileUnavailable } from '../file-handles.ts'
import { botJson, chatJson, memberJson, messageJson, userJson } from '../render.ts'
import { newestPinned } from './pin.ts'

/** `getMe`. */
export const getMe: Method = {
  rate: 'read',
  run: ({ bot }) => ({
    ...botJson(bot),
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
  }),
}

/** `getChat`: `ChatFullInfo` with the pinned message, if there is one. */
export const getChat: Method = {
  rate: 'read',
  run({ world, bot, args }) {
    const chat = visibleChat(world, bot, args.text('chat_id'))
    const pinned = newestPinned(world, chat)
    return {
      ...chatJson(chat),
      accent_color_id: 0,
      max_reaction_count: 11,
      accepted_gift_types: {
        unlimited_gifts: false,
        limited_gifts: false,
        unique_gifts: false,
        premium_subscription: false,
      },
      ...(chat.protectedContent && { has_protected_content: true }),
      ...(pinned && { pinned_message: messageJson(world, bot, chat, pinned) }),
    }
  },
}

/** `getChatMember`. */
export const getChatMember: Method = {
  rate: 'read',
  run(call) {
    const { world, bot, args } = call
    const chat = visibleChat(world, bot, args.text('chat_id'))
    const userId = args.int('user_id')
    const who = memberOf(call, userId)
    if (userId === undefined || !who) throw badRequest('user not found')
    if (userId !== bot.id && chat.type === 'channel' && chat.members.get(bot.id)?.status !== 'administrator') {
      throw badRequest('member list is inaccessible')
    }
    return memberJson(chat, who, chat.members.get(userId))
  },
}

/** `getChatAdministrators`. */
export const getChatAdministrators: Method = {
  rate: 'read',
  run(call) {
    const chat = visibleChat(call.world, call.bot, call.args.text('chat_id'))
    if (!isInside(chat.members.get(call.bot.id))) throw badRequest('member list is inaccessible')
    return [...chat.members].flatMap(([id, member]) => {
      const who = memberOf(call, id)
      return who && member.status === 'administrator' ? [memberJson(chat, who, member)] : []
    })
  },
}

/** `getFile`: a path for an hour, for this bot. */
export const getFile: Method = {
  rate: 'read',
  run({ world, bot, args }) {
    const fileId = args.text('file_id')
    const file = world.files.find(bot, fileId)
    if (!world.isFileReachable(file)) throw fileUnavailable()
    const { byteLength } = file.content
    if (byteLength > world.habits.downloadLimitBytes) throw badRequest('file is too big')
    const path = world.files.newLink(bot, file, world.clock.nowMs())
    return { file_id: fileId, file_unique_id: file.uniqueId, file_size: byteLength, file_path: path }
  },
}

/** `sendChatAction`: nobody sees it here. */
export const sendChatAction: Method = {
  rate: null,
  run({ world, bot, args }) {
    const chat = visibleChat(world, bot, args.text('chat_id'))
    if (args.text('action') === undefined) throw badRequest('wrong parameter action in request')
    if (!hasRight(chat, bot, 'post')) throw badRequest('need administrator rights in the channel chat')
    return true
  },
}

/** `leaveChat`. */
export const leaveChat: Method = {
  rate: 'read',
  run({ world, bot, args }) {
    const chat = namedChat(world, bot, args.text('chat_id'))
    world.setMember(chat, bot.id, 'left')
    return true
  },
}

function memberOf({ world }: Call, id: number | undefined): Readonly<Record<string, unknown>> | undefined {
  const bot = world.bots.get(id ?? 0)
  const user = world.users.get(id ?? 0)
  if (bot) return botJson(bot)
  return user && userJson(user)
}
