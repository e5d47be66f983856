import type { Method } from './call.ts'
import { editMessageCaption, editMessageMedia, editMessageText } from './methods/edit.ts'
import {
  getChat,
  getChatAdministrators,
  getChatMember,
  getFile,
  getMe,
  leaveChat,
  sendChatAction,
} from './methods/look.ts'
import { pinChatMessage, unpinAllChatMessages, unpinChatMessage } from './methods/pin.ts'
import { copyMessage, forwardMessage, relayManyMethod } from './methods/relay.ts'
import { deleteMessage, deleteMessages } from './methods/remove.ts'
import { sendFileMethod, sendMediaGroup, sendMessage } from './methods/send.ts'
import {
  accepted,
  answerCallbackQuery,
  close,
  deleteWebhook,
  getUpdates,
  getWebhookInfo,
  logOut,
  setWebhook,
} from './methods/session.ts'

const METHODS: Readonly<Record<string, Method>> = {
  getMe,
  getUpdates,
  setWebhook,
  deleteWebhook,
  getWebhookInfo,
  sendMessage,
  sendDocument: sendFileMethod('document'),
  sendVideo: sendFileMethod('video'),
  sendAudio: sendFileMethod('audio'),
  sendAnimation: sendFileMethod('animation'),
  sendPhoto: sendFileMethod('photo'),
  sendMediaGroup,
  getFile,
  forwardMessage,
  forwardMessages: relayManyMethod('forward'),
  copyMessage,
  copyMessages: relayManyMethod('copy'),
  deleteMessage,
  deleteMessages,
  editMessageText,
  editMessageCaption,
  editMessageMedia,
  pinChatMessage,
  unpinChatMessage,
  unpinAllChatMessages,
  getChat,
  getChatMember,
  getChatAdministrators,
  leaveChat,
  answerCallbackQuery,
  sendChatAction,
  setMyCommands: accepted,
  deleteMyCommands: accepted,
  logOut,
  close,
}

const BY_LOWER_CASE = new Map(Object.entries(METHODS).map(([name, method]) => [name.toLowerCase(), { name, method }]))

/** Finds a method by its name in any case, and tells how it is written. */
export function findMethod(name: string): { readonly name: string; readonly method: Method } | undefined {
  return BY_LOWER_CASE.get(name.toLowerCase())
}
