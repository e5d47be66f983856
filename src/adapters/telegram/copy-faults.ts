import type { MessagePlace } from '#domain/channel-ledger.ts'

/** What may be wrong with one copy; another copy may still be whole. */
export abstract class CopyFault extends Error {}

/** The message was deleted, as a bot found out that sees its channel. */
export class MessageMissingError extends CopyFault {
  constructor({ chatId, messageId }: MessagePlace, options?: ErrorOptions) {
    super(`Message ${messageId} of chat ${chatId} is not there any more.`, options)
  }
}

/** Somebody put another file into the message, or took it out. */
export class MessageReplacedError extends CopyFault {
  constructor({ chatId, messageId }: MessagePlace, options?: ErrorOptions) {
    super(`Message ${messageId} of chat ${chatId} does not carry the file that was sent.`, options)
  }
}

/** No bot can look at it now. It may be there. */
export class CopyUnreachableError extends CopyFault {
  constructor({ chatId, messageId }: MessagePlace, options?: ErrorOptions) {
    super(`Message ${messageId} of chat ${chatId} cannot be reached.`, options)
  }
}

/** The file came whole and is not the one that was stored. */
export class FileChangedError extends CopyFault {
  constructor({ chatId, messageId }: MessagePlace, options?: ErrorOptions) {
    super(`The file of message ${messageId} of chat ${chatId} is not what was stored.`, options)
  }
}
