import { writableChat } from '../access.ts'
import { badRequest } from '../api-failure.ts'
import type { Args } from '../args.ts'
import type { Call, Method } from '../call.ts'
import { detectKind } from '../detect-kind.ts'
import type { FileKind, StoredFile } from '../entities.ts'
import type { ReceivedFile } from '../received-file.ts'
import { messageJson } from '../render.ts'
import type { NewMessage, World } from '../world.ts'

const TEXT_LIMIT = 4096

/** `sendDocument`, `sendVideo`, `sendAudio`, `sendAnimation`, `sendPhoto`. */
export function sendFileMethod(kind: FileKind): Method {
  return {
    rate: 'message',
    async run({ world, bot, args }) {
      const chat = writableChat(world, bot, args.text('chat_id'), 'documents')
      const caption = captionOf(world, args.text('caption'))
      const file = fileOf({ world, bot, args }, kind, kind)
      return messageJson(world, bot, chat, world.post(chat, { ...commonOf(args), fromId: bot.id, caption, file }))
    },
  }
}

/** `sendMessage`. */
export const sendMessage: Method = {
  rate: 'message',
  run({ world, bot, args }) {
    const chat = writableChat(world, bot, args.text('chat_id'), 'messages')
    const text = textOf(args.text('text'))
    return messageJson(world, bot, chat, world.post(chat, { ...commonOf(args), fromId: bot.id, text }))
  },
}

/** `sendMediaGroup`. */
export const sendMediaGroup: Method = {
  rate: 'message',
  count: (args) => groupOf(args).length,
  run({ world, bot, args }) {
    const chat = writableChat(world, bot, args.text('chat_id'), 'documents')
    const group = groupOf(args)
    if (group.length < 2 || group.length > 10) throw badRequest('group of media must contain from 2 to 10 media')
    const messages = group.map((item) => {
      const kind = kindOf(item.type)
      const caption = captionOf(world, item.caption)
      return { caption, file: namedFile({ world, bot, args }, item.media, kind) }
    })
    const mediaGroupId = String(Math.floor(world.random() * 1e17))
    return messages.map((message) => {
      const posted = world.post(chat, { ...commonOf(args), ...message, fromId: bot.id, mediaGroupId })
      return messageJson(world, bot, chat, posted)
    })
  },
}

/** The caption; throws when it is too long. */
export function captionOf(world: World, caption: string | undefined): string | undefined {
  if ((caption?.length ?? 0) > world.habits.captionLimit) throw badRequest('message caption is too long')
  return caption
}

/** The text; throws when it is missing or too long. */
export function textOf(text: string | undefined): string {
  if (text === undefined || text.trim() === '') throw badRequest('message text is empty')
  if (text.length > TEXT_LIMIT) throw badRequest('message is too long')
  return text
}

type FileCall = Pick<Call, 'world' | 'bot' | 'args'>

function fileOf({ world, bot, args }: FileCall, field: string, kind: FileKind): StoredFile {
  const received = args.file(field)
  if (!received) return namedFile({ world, bot, args }, args.text(field), kind)
  refuseEmpty(received)
  return world.newFile(received, args.bool('disable_content_type_detection') ? kind : detectKind(received, kind))
}

/** A file that is in the request already, or that Telegram knows by this id. */
export function namedFile({ world, bot, args }: FileCall, media: string | undefined, kind: FileKind): StoredFile {
  if (media === undefined) throw badRequest(`there is no ${kind} in the request`)
  if (!media.startsWith('attach://')) return world.files.findToSend(bot, media)
  const received = args.attached(media)
  if (!received) throw badRequest(`there is no ${kind} in the request`)
  refuseEmpty(received)
  return world.newFile(received, kind)
}

function refuseEmpty({ content }: ReceivedFile): void {
  if (content.byteLength === 0) throw badRequest('file must be non-empty')
}

export interface InputMedia {
  readonly type?: unknown
  readonly media?: string
  readonly caption?: string
}

function groupOf(args: Args): readonly InputMedia[] {
  const media = args.json('media')
  if (!Array.isArray(media)) throw badRequest("can't parse media JSON object")
  return media as readonly InputMedia[]
}

export function kindOf(type: unknown): FileKind {
  const kinds: readonly FileKind[] = ['document', 'video', 'audio', 'animation', 'photo']
  const kind = kinds.find((known) => known === type)
  if (kind === undefined) throw badRequest("can't parse InputMedia: type must be specified")
  return kind
}

function commonOf(args: Args): Pick<NewMessage, 'protectedContent' | 'replyMarkup'> {
  return {
    ...(args.bool('protect_content') && { protectedContent: true }),
    replyMarkup: args.text('reply_markup') === undefined ? undefined : args.json('reply_markup'),
  }
}
