import { Gauge, type Registry } from 'prom-client'
import type { HttpPorts } from '../http-ports.ts'

/** What was asked of the store, how it ended, what it moved. */
export function addStoreGauges({ storeCalls }: Pick<HttpPorts, 'storeCalls'>, registry: Registry): void {
  const registers = [registry]
  new Gauge({
    name: 'telereel_store_calls_total',
    help: 'Calls to the store that have ended.',
    labelNames: ['call', 'outcome'],
    registers,
    collect() {
      for (const { call, outcome, count } of storeCalls.figures()) this.set({ call, outcome }, count)
    },
  })
  new Gauge({
    name: 'telereel_store_bytes_total',
    help: 'Bytes that calls to the store have put or given.',
    labelNames: ['call', 'outcome'],
    registers,
    collect() {
      for (const { call, outcome, bytes } of storeCalls.figures()) this.set({ call, outcome }, bytes)
    },
  })
  new Gauge({
    name: 'telereel_store_in_flight',
    help: 'Calls to the store that have not ended.',
    labelNames: ['call'],
    registers,
    collect() {
      for (const [call, count] of storeCalls.inFlight()) this.set({ call }, count)
    },
  })
}

type BotFigures = Awaited<ReturnType<HttpPorts['hostStatus']>>['store']['bots'][number]

/** A bot is called by the setting of its token, never by its name. */
export function addBotGauges({ hostStatus }: Pick<HttpPorts, 'hostStatus'>, registry: Registry): void {
  const bots = sharedWhileAsked(async () => (await hostStatus()).store.bots)
  const add = (name: string, help: string, value: (bot: BotFigures) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['bot'],
      registers: [registry],
      async collect() {
        // The other figures are worth having when the store cannot tell its own.
        for (const bot of await bots().catch(() => [])) this.set({ bot: bot.setting }, value(bot))
      },
    })
  add('telereel_bot_sent_bytes_total', 'Bytes that the bot has sent.', ({ sentBytes }) => sentBytes)
  add('telereel_bot_received_bytes_total', 'Bytes that the bot has fetched.', ({ receivedBytes }) => receivedBytes)
  add('telereel_bot_limits_total', 'How often Telegram asked the bot to wait.', ({ limits }) => limits)
  add('telereel_bot_in_service', '1 while the bot can be used.', ({ state }) =>
    state === 'revoked' || state === 'no-access' ? 0 : 1,
  )
}

/** Asking costs a look at the whole store: who asks while it is under way gets the same answer. */
function sharedWhileAsked<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => {
    running ??= ask().finally(() => {
      running = undefined
    })
    return running
  }
}
