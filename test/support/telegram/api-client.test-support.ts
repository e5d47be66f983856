import { Api, GrammyError } from 'grammy'
import type { EmulatedBot } from './entities.ts'
import type { EmulatedTelegram } from './start-telegram.ts'

/** grammY for one of the bots, the first by default. */
export function clientOf(telegram: EmulatedTelegram, index = 0): Api {
  return new Api(botOf(telegram, index).token, { apiRoot: telegram.root })
}

export function botOf(telegram: EmulatedTelegram, index = 0): EmulatedBot {
  const bot = telegram.bots[index]
  if (!bot) throw new Error(`There is no bot ${index}.`)
  return bot
}

export function channelOf(telegram: EmulatedTelegram, index = 0): number {
  const channel = telegram.channels[index]
  if (!channel) throw new Error(`There is no channel ${index}.`)
  return channel.id
}

/** `<code> <description>` of the refusal; fails when there was none. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  const error = await faultOf(call)
  if (!(error instanceof GrammyError)) throw error
  return `${error.error_code} ${error.description}`
}

/** What the call was rejected with; fails when it was not. */
export async function faultOf(call: Promise<unknown>): Promise<Error> {
  const failed = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(failed instanceof Error)) throw new Error('The call was not refused.')
  return failed
}

/** The file, fetched as clients do: `getFile`, then its path. */
export async function download(telegram: EmulatedTelegram, index: number, fileId: string): Promise<Response> {
  const { file_path } = await clientOf(telegram, index).getFile(fileId)
  return await fetch(linkOf(telegram, index, file_path ?? ''))
}

export function linkOf(telegram: EmulatedTelegram, index: number, path: string): string {
  return `${telegram.root}/file/bot${botOf(telegram, index).token}/${path}`
}
