import { hasRight, readableMessage, visibleChat } from '../access.ts'
import { badRequest } from '../api-failure.ts'
import type { Call, Method } from '../call.ts'
import type { Chat, Message } from '../entities.ts'
import { messageJson } from '../render.ts'
import { captionOf, type InputMedia, kindOf, namedFile, textOf } from './send.ts'

/** `editMessageText`. */
export const editMessageText: Method = {
  rate: 'message',
  run(call) {
    const { chat, message } = editable(call)
    if (message.text === undefined) throw badRequest('there is no text in the message to edit')
    const text = textOf(call.args.text('text'))
    return edit(call, chat, message, { text, replyMarkup: markupOf(call) })
  },
}

/** `editMessageCaption`; without a caption it is taken away. */
export const editMessageCaption: Method = {
  rate: 'message',
  run(call) {
    const { chat, message } = editable(call)
    if (!message.file) throw badRequest('there is no caption in the message to edit')
    const caption = captionOf(call.world, call.args.text('caption'))
    return edit(call, chat, message, { caption, replyMarkup: markupOf(call) })
  },
}

/** `editMessageMedia`. */
export const editMessageMedia: Method = {
  rate: 'message',
  run(call) {
    const { chat, message } = editable(call)
    const media = call.args.json('media') as InputMedia | undefined
    if (typeof media !== 'object') throw badRequest("can't parse media JSON object")
    const caption = captionOf(call.world, media.caption)
    call.world.replaceFile(message, namedFile(call, media.media, kindOf(media.type)))
    message.text = undefined
    message.editDateSec = undefined
    return edit(call, chat, message, { caption: caption ?? '', replyMarkup: markupOf(call) }, true)
  },
}

interface Change {
  readonly text?: string
  readonly caption?: string | undefined
  readonly replyMarkup: unknown
}

function edit({ world, bot }: Call, chat: Chat, message: Message, change: Change, isNewMedia = false): unknown {
  const caption = 'caption' in change ? change.caption || undefined : message.caption
  const text = change.text ?? message.text
  const isSame = caption === message.caption && text === message.text
  const isSameMarkup = JSON.stringify(change.replyMarkup) === JSON.stringify(message.replyMarkup)
  if (isSame && isSameMarkup && !isNewMedia) throw badRequest(NOT_MODIFIED)
  message.caption = caption
  message.text = text
  message.replyMarkup = change.replyMarkup
  message.editDateSec = Math.floor(world.clock.wallMs() / 1000)
  return messageJson(world, bot, chat, message)
}

const NOT_MODIFIED =
  'message is not modified: specified new message content and reply markup are exactly the same as a current content ' +
  'and reply markup of the message'

function editable({ world, bot, args }: Call): { chat: Chat; message: Message } {
  const chat = visibleChat(world, bot, args.text('chat_id'))
  const message = readableMessage(world, bot, chat, args.messageId(), 'message to edit not found')
  const isOwn = message.fromId === bot.id && hasRight(chat, bot, 'post')
  const isOthers = chat.type === 'channel' && hasRight(chat, bot, 'edit')
  if (message.service || message.origin || !(isOwn || isOthers)) throw badRequest("message can't be edited")
  return { chat, message }
}

function markupOf({ args }: Call): unknown {
  return args.text('reply_markup') === undefined ? undefined : args.json('reply_markup')
}
