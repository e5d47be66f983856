import { rm } from 'node:fs/promises'
import type { VideoId } from '#domain/ids.ts'
import { type CommandResult, runTelereel } from './run-telereel.ts'
import { makeDataDir, type RunningServer, startServer } from './start-server.ts'
import { type EmulatedTelegram, startTelegram, type TelegramOptions } from './telegram/start-telegram.ts'
import { uploadByCli } from './upload-by-cli.ts'

/** The product, and a Telegram of its own that it stores in. */
export interface TelegramLab extends AsyncDisposable {
  readonly telegram: EmulatedTelegram
  readonly dataDir: string
  /** What the product is told. */
  readonly env: Readonly<Record<string, string>>
  /** The first channel. */
  readonly chatId: number
  run(...args: readonly string[]): Promise<CommandResult>
  /** By the command line; rejects with what it said when that fails. */
  upload(path: string): Promise<VideoId>
  serve(env?: Readonly<Record<string, string>>): Promise<RunningServer>
}

export interface LabOptions {
  readonly telegram?: TelegramOptions
  /** Settings beside those of bots and channels. */
  readonly env?: Readonly<Record<string, string>>
}

/** Small blobs, so that a small film lies in several. */
export const SMALL_CHUNKS = { MAX_CHUNK_SIZE: '262144' }

export async function openTelegramLab(options: LabOptions = {}): Promise<TelegramLab> {
  const telegram = await startTelegram(options.telegram)
  const dataDir = await makeDataDir()
  const env = { ...SMALL_CHUNKS, ...settingsOf(telegram), ...options.env }
  return {
    telegram,
    dataDir,
    env,
    chatId: telegram.channels[0]?.id ?? 0,
    run: (...args) => runTelereel(args, { dataDir, env }),
    async upload(path) {
      const { code, videoId, stderr } = await uploadByCli({ dataDir }, path, env)
      if (code !== 0) throw new Error(`The upload ended with ${code}: ${stderr}`)
      return videoId as VideoId
    },
    serve: (more = {}) => startServer({ dataDir, env: { ...env, ...more } }),
    async [Symbol.asyncDispose]() {
      await telegram[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** The bytes of the file in a message, as whoever is in the channel can have them. */
export async function storedIn(telegram: EmulatedTelegram, chatId: number, messageId: number): Promise<Buffer> {
  const [bot] = telegram.bots
  const call = async <Result>(method: string, args: Readonly<Record<string, unknown>>) => {
    const body = JSON.stringify(args)
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${telegram.root}/bot${bot?.token}/${method}`, { method: 'POST', headers, body })
    return ((await answer.json()) as { readonly result: Result }).result
  }
  const place = { chat_id: chatId, from_chat_id: chatId, message_id: messageId }
  type Forwarded = { readonly message_id: number; readonly document: { readonly file_id: string } }
  const { message_id, document } = await call<Forwarded>('forwardMessage', place)
  const { file_path } = await call<{ readonly file_path: string }>('getFile', { file_id: document.file_id })
  const file = await fetch(`${telegram.root}/file/bot${bot?.token}/${file_path}`)
  telegram.happen({ what: 'delete-message', chatId, messageId: message_id })
  return Buffer.from(await file.arrayBuffer())
}

/** Bots and channels as the product is told of them. */
function settingsOf({ root, bots, channels }: EmulatedTelegram): Readonly<Record<string, string>> {
  const numbered = (name: string, values: readonly (string | number)[]) =>
    values.map((value, index) => [index === 0 ? name : `${name}_${index + 1}`, String(value)] as const)
  const tokens = bots.map(({ token }) => token)
  const chatIds = channels.map(({ id }) => id)
  return Object.fromEntries([['BOT_API_ROOT', root], ...numbered('BOT_TOKEN', tokens), ...numbered('CHAT_ID', chatIds)])
}
