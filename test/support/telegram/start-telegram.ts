import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClock, type EmulatorClock } from './clock.ts'
import type { Emulator, Network } from './emulator.ts'
import { type EmulatedBot, type Habits, type Rights, STRICT_HABITS } from './entities.ts'
import { FaultScript } from './fault-script.ts'
import { createSinks } from './file-content.ts'
import type { Happening } from './happening.ts'
import { happen } from './make-happen.ts'
import { Journal } from './journal.ts'
import { messagesOf, type SeenMessage } from './oracle.ts'
import { createRandom } from './random.ts'
import { NO_RATES, type Rates, REAL_RATES, RateLimiter } from './rates.ts'
import { createTelegramServer } from './serve.ts'
import { Updates } from './updates.ts'
import { type NewChannel, World } from './world.ts'

export interface TelegramOptions extends Partial<Network> {
  /** Bots to begin with, 1 by default. */
  readonly bots?: number
  /** Channels to begin with, all bots in each as administrators; 1 by default. */
  readonly channels?: number
  /** `none` by default. */
  readonly rates?: 'real' | 'none' | Partial<Rates>
  /** 0 (the default) takes any free one. */
  readonly port?: number
  /** The emulator's own time; `speed` makes one that runs so many times faster than the wall. */
  readonly clock?: EmulatorClock
  readonly speed?: number
  /** Files lie on disk, in a folder of their own, instead of in memory. */
  readonly onDisk?: boolean
  readonly habits?: Partial<Habits>
  /** Of tokens, ids and chance; the same one makes the same Telegram. */
  readonly seed?: number
}

export interface EmulatedChannel {
  readonly id: number
}

export interface ChannelOptions extends NewChannel {
  /** Bots in it, with all rights; those there are by default. */
  readonly members?: readonly EmulatedBot[]
  readonly rights?: Partial<Rights>
}

/** A Telegram of one's own, on a real port. */
export interface EmulatedTelegram extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`: what BOT_API_ROOT is set to. */
  readonly root: string
  readonly clock: EmulatorClock
  /** In the order they were made; the first two are there from the start, unless told otherwise. */
  readonly bots: readonly EmulatedBot[]
  readonly channels: readonly EmulatedChannel[]
  readonly faults: FaultScript
  readonly journal: Journal
  /** It is in no channel yet. */
  addBot(): EmulatedBot
  addChannel(options?: ChannelOptions): EmulatedChannel
  /** A person who has started these bots, all by default. */
  addUser(started?: readonly EmulatedBot[]): { readonly id: number }
  /** Something happens at once. */
  happen(...events: readonly Happening[]): void
  /** The messages that exist in a channel now. */
  live(chatId: number): SeenMessage[]
  /** With those that were deleted. */
  messages(chatId: number): SeenMessage[]
}

/** Starts it; disposing of it ends every connection and removes what it stored. */
export async function startTelegram(options: TelegramOptions = {}): Promise<EmulatedTelegram> {
  const folder = options.onDisk ? await mkdtemp(join(tmpdir(), 'telegram-emulator-')) : undefined
  const emulator = createEmulator(options, folder)
  const { world } = emulator
  const server = createTelegramServer(emulator)
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')

  const bots: EmulatedBot[] = []
  const channels: EmulatedChannel[] = []
  const telegram: EmulatedTelegram = {
    root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock: emulator.clock,
    bots,
    channels,
    faults: emulator.faults,
    journal: emulator.journal,
    addBot() {
      const { id, token, username } = world.addBot()
      const bot = { id, token, username }
      bots.push(bot)
      return bot
    },
    addChannel({ members = bots, rights, ...channel } = {}) {
      const chat = world.addChannel(channel)
      for (const { id } of members) world.setMember(chat, id, 'administrator', rights)
      channels.push({ id: chat.id })
      return { id: chat.id }
    },
    addUser(started = bots) {
      const user = world.addUser()
      for (const { id } of started) user.started.add(id)
      return { id: user.id }
    },
    happen(...events) {
      for (const event of events) happen(emulator, event)
    },
    live: (chatId) => messagesOf(world, chatId).filter(({ isDeleted }) => !isDeleted),
    messages: (chatId) => messagesOf(world, chatId),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    },
  }
  for (let count = 0; count < (options.bots ?? 1); count += 1) telegram.addBot()
  for (let count = 0; count < (options.channels ?? 1); count += 1) telegram.addChannel()
  return telegram
}

function createEmulator(options: TelegramOptions, folder: string | undefined): Emulator {
  const seed = options.seed ?? 1
  const clock = options.clock ?? createClock(options.speed)
  const world = new World(clock, { ...STRICT_HABITS, ...options.habits }, createRandom(seed), seed)
  return {
    clock,
    world,
    updates: new Updates(clock),
    limiter: new RateLimiter(ratesOf(options.rates ?? 'none'), () => GRACE_MS * clock.speed),
    faults: new FaultScript(),
    journal: new Journal(),
    network: { latencyMs: options.latencyMs ?? 0, bytesPerSec: options.bytesPerSec ?? null },
    openSink: createSinks(folder),
  }
}

/** So long may a call have been on its way, on a busy machine, without knowing of a limit that was said elsewhere. */
const GRACE_MS = 20

function ratesOf(rates: 'real' | 'none' | Partial<Rates>): Rates {
  if (rates === 'real') return REAL_RATES
  return rates === 'none' ? NO_RATES : { ...NO_RATES, ...rates }
}
