import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { JournalCall } from '#test/support/telegram/journal.ts'
import type { SeenMessage } from '#test/support/telegram/oracle.ts'

const PROGRAM = fileURLToPath(new URL('../../test/support/telegram/main.ts', import.meta.url))

/** What a line to Telegram gives; the figures that the issue names. */
export const REAL_LINE = { latencyMs: 50, bytesPerSec: 10_000_000 } as const

export interface Line {
  /** Added to every call and download. */
  readonly latencyMs: number
  /** Of each connection. */
  readonly bytesPerSec: number
}

/** An emulated Telegram in a process of its own, with as many channels as bots. */
export interface EmulatorProcess extends AsyncDisposable {
  readonly root: string
  /** Settings of a Telereel that stores in it. */
  readonly env: Readonly<Record<string, string>>
  readonly tokens: readonly string[]
  /** The channel of each bot. */
  readonly chatIds: readonly string[]
  readonly pid: number
  calls(method: 'sendDocument' | 'getFile' | 'download'): Promise<readonly JournalCall[]>
  /** Calls that came before their bot was allowed to. */
  earlyCalls(): Promise<number>
  /** Captions of the messages with a file that exist in all channels. */
  captions(): Promise<readonly string[]>
  clearJournal(): Promise<void>
}

type Message = Pick<SeenMessage, 'caption' | 'fileUniqueId'>

/** With Telegram's limits of messages unless `rates` says none. */
export async function startEmulator(
  bots: number,
  { latencyMs, bytesPerSec }: Line = REAL_LINE,
  rates: 'real' | 'none' = 'real',
): Promise<EmulatorProcess> {
  const sizes = ['--bots', `${bots}`, '--channels', `${bots}`, '--port', '0', '--rates', rates]
  const line = ['--latency', `${latencyMs}`, '--bytes-per-sec', `${bytesPerSec}`]
  const child = spawn(process.execPath, [PROGRAM, ...sizes, ...line], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  // It speaks on standard error when all settings were printed.
  await Promise.race([once(child.stderr, 'data'), ended])
  const env = Object.fromEntries(said.split('\n').flatMap((row) => (row.includes('=') ? [splitRow(row)] : [])))
  const root = env.BOT_API_ROOT
  if (root === undefined) throw new Error('The emulated Telegram did not start.')
  const valuesOf = (name: string) => Object.keys(env).flatMap((key) => (key.startsWith(name) ? (env[key] ?? []) : []))
  const look = async <Value>(path: string) => (await (await fetch(`${root}/control/${path}`)).json()) as Value
  return {
    root,
    env,
    tokens: valuesOf('BOT_TOKEN'),
    chatIds: valuesOf('CHAT_ID'),
    pid: child.pid ?? 0,
    calls: (method) => look<JournalCall[]>(`calls?method=${method}`),
    earlyCalls: async () => (await look<unknown[]>('early')).length,
    async captions() {
      const chats = valuesOf('CHAT_ID').map((id) => look<Message[]>(`messages?chat=${id}`))
      const files = (await Promise.all(chats)).flat().filter(({ fileUniqueId }) => fileUniqueId !== null)
      return files.map(({ caption }) => caption ?? '')
    },
    async clearJournal() {
      await (await fetch(`${root}/control/clear-journal`, { method: 'POST' })).text()
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function splitRow(row: string): [string, string] {
  const at = row.indexOf('=')
  return [row.slice(0, at), row.slice(at + 1)]
}
