import { parseArgs } from 'node:util'
import { startTelegram, type TelegramOptions } from './start-telegram.ts'

const USAGE = `Usage: npm run telegram-emulator -- [options]

  --bots N             bots, 1 to 10 (1)
  --channels N         channels with all of them (1)
  --port N             port on 127.0.0.1; 0 takes any free one (8081)
  --rates real|none    obey Telegram's limits, or none (none)
  --latency MS         added to every call (0)
  --bytes-per-sec N    of every request and answer (as fast as it goes)
  --speed N            its time runs N times faster than the wall's (1)
  --on-disk            keep files in a folder instead of in memory; it is removed at the end
  --seed N             another seed, other tokens (1)

Everything is forgotten when it ends.
`

const OPTIONS = {
  bots: { type: 'string', default: '1' },
  channels: { type: 'string', default: '1' },
  port: { type: 'string', default: '8081' },
  rates: { type: 'string', default: 'none' },
  latency: { type: 'string', default: '0' },
  'bytes-per-sec': { type: 'string' },
  speed: { type: 'string', default: '1' },
  'on-disk': { type: 'boolean', default: false },
  seed: { type: 'string', default: '1' },
  help: { type: 'boolean', default: false },
} as const

await main()

async function main(): Promise<void> {
  const options = readOptions()
  if (options === null) return
  const telegram = await startTelegram(options).catch((error: unknown) => fail(error))
  if (!telegram) return
  const numbered = (name: string, values: readonly (string | number)[]) =>
    values.map((value, index) => `${name}${index === 0 ? '' : `_${index + 1}`}=${value}`)
  const settings = [
    `BOT_API_ROOT=${telegram.root}`,
    ...numbered(
      'BOT_TOKEN',
      telegram.bots.map(({ token }) => token),
    ),
    ...numbered(
      'CHAT_ID',
      telegram.channels.map(({ id }) => id),
    ),
  ]
  settings.push(`ADMIN_IDS=${telegram.addUser().id}`)
  process.stdout.write(`${settings.join('\n')}\n`)
  process.stderr.write(`Put these lines into .env. What is stored: ${telegram.root}/control/state. Ctrl-C ends it.\n`)
  const stop = () => void telegram[Symbol.asyncDispose]()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

/** Null when there is nothing to start. */
function readOptions(): TelegramOptions | null {
  try {
    const { values } = parseArgs({ options: OPTIONS })
    if (values.help) {
      process.stdout.write(USAGE)
      return null
    }
    const bytesPerSec = values['bytes-per-sec']
    return {
      bots: numberOf('bots', values.bots),
      channels: numberOf('channels', values.channels),
      port: numberOf('port', values.port),
      rates: ratesOf(values.rates),
      latencyMs: numberOf('latency', values.latency),
      ...(bytesPerSec !== undefined && { bytesPerSec: numberOf('bytes-per-sec', bytesPerSec) }),
      speed: numberOf('speed', values.speed),
      onDisk: values['on-disk'],
      seed: numberOf('seed', values.seed),
    }
  } catch (error) {
    return fail(error)
  }
}

function ratesOf(text: string): 'real' | 'none' {
  if (text === 'real' || text === 'none') return text
  throw new Error(`--rates is real or none, not "${text}".`)
}

function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (text === '' || !Number.isFinite(value) || value < 0) throw new Error(`--${name} takes a number, not "${text}".`)
  return value
}

function fail(error: unknown): null {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  process.exitCode = 1
  return null
}
