import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { memoryChannelLedger } from '#adapters/memory/memory-channel-ledger.ts'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import { type EmulatedTelegram, startTelegram, type TelegramOptions } from '#test/support/telegram/start-telegram.ts'
import { createSteppedClock } from '#test/support/telegram/stepped-clock.ts'
import { BotApi } from './bot-api.ts'
import { DEFAULT_TUNING } from './lane-tuning.ts'
import { readLiveFacts, tuningFrom } from './live-facts.ts'
import { measureLive } from './measure-live.ts'

async function measure(telegram: EmulatedTelegram, ledger: ChannelLedger): Promise<Record<string, string>> {
  const { clock, root, bots, channels } = telegram
  const findings = measureLive({
    bots: bots.map(
      ({ token }, index) => new BotApi({ token, setting: `BOT_TOKEN_${index + 1}`, apiRoot: root, clock }),
    ),
    chatId: channels[0]?.id ?? 0,
    apiRoot: root,
    ledger,
    clock,
    random: randomBytes,
    libraryId: 'library_001',
  })
  return Object.fromEntries((await Array.fromAsync(findings)).map(({ name, detail }) => [name, detail]))
}

async function start(options: TelegramOptions): Promise<{ telegram: EmulatedTelegram; ledger: ChannelLedger }> {
  return { telegram: await startTelegram({ bots: 2, speed: 60, ...options }), ledger: memoryChannelLedger() }
}

describe('measuring the live service', () => {
  it('finds out what is asked, keeps it, and takes everything away again but one message', async () => {
    using clock = createSteppedClock()
    const { telegram, ledger } = await start({ clock, rates: 'real', latencyMs: 20 })
    await using _ = telegram
    const found = await measure(telegram, ledger)
    expect(found).toMatchObject({
      'wrong token': expect.stringMatching(/is answered 40[14]/),
      'speed of one bot': expect.stringMatching(/MB\/s up, .* MB\/s down/),
      'the same bytes sent twice': 'are two files',
      'deleting after 48 hours': expect.stringContaining('kept'),
      'messages in a row': expect.stringMatching(/^3 at once, then \d+ in \d+ s until a wait of \d+ s$/),
      'limit of a second bot': 'is its own',
    })
    const facts = await readLiveFacts(ledger)
    expect(facts).toMatchObject({
      burst: 3,
      sendsInARow: expect.any(Number),
      limitIsShared: false,
      sameBytesSameId: false,
    })
    const chatId = telegram.channels[0]?.id ?? 0
    expect(telegram.live(chatId).filter(({ isService }) => !isService)).toMatchObject([
      { caption: expect.stringContaining('Kept') },
    ])
    expect(telegram.journal.early).toEqual([])
    // Whoever starts next knows of the wait.
    expect(await ledger.paces()).toMatchObject([{ botId: telegram.bots[0]?.id, chatId }])
  })

  it('tries two days later to delete the message it left', async () => {
    for (const oldDeletes of [true, false]) {
      const { telegram, ledger } = await start({ speed: 400 })
      await using _ = telegram
      await measure(telegram, ledger)
      expect((await measure(telegram, ledger))['deleting after 48 hours']).toContain('can be measured from')
      telegram.happen({ what: 'jump', ms: 50 * 3_600_000 })
      telegram.happen({ what: 'habits', habits: oldDeletes ? { deleteAgeLimitMs: null } : {} })
      expect((await measure(telegram, ledger))['deleting after 48 hours']).toBe(oldDeletes ? 'works' : 'is refused')
      expect((await readLiveFacts(ledger))?.oldDeletesWork).toBe(oldDeletes)
      // A later run starts over, and does not forget the answer.
      await measure(telegram, ledger)
      expect((await readLiveFacts(ledger))?.oldDeletesWork).toBe(oldDeletes)
    }
  })

  it('waits for what another process was told to wait', async () => {
    const { telegram, ledger } = await start({})
    await using _ = telegram
    const [botId, chatId] = [telegram.bots[0]?.id ?? 0, telegram.channels[0]?.id ?? 0]
    const notBefore = new Date(telegram.clock.wallMs() + 100_000)
    await ledger.savePace({ botId, chatId, notBefore, callsPerSec: 1 })
    const startMs = telegram.clock.nowMs()
    expect((await measure(telegram, ledger))['speed of one bot']).toContain('MB/s')
    expect((telegram.journal.of('sendDocument')[0]?.arrivedMs ?? 0) - startMs).toBeGreaterThan(99_000)
  })

  it('goes on when a question has no answer', async () => {
    const { telegram, ledger } = await start({ bots: 1 })
    await using _ = telegram
    telegram.faults.add({ method: 'download', times: null, fault: { do: 'html', status: 502 } })
    const found = await measure(telegram, ledger)
    expect(found['speed of one bot']).toContain('no answer')
    expect(found['limit of a second bot']).toBe('not measured')
    expect(found['messages in a row']).toBe('30 without a limit')
  })

  it('gives the lanes a start, and nothing that has to be true', async () => {
    using clock = createSteppedClock()
    const { telegram, ledger } = await start({ clock, rates: { chat: { perSec: 1, burst: 1 } } })
    await using _ = telegram
    expect(tuningFrom(await readLiveFacts(ledger))).toBe(DEFAULT_TUNING)
    await measure(telegram, ledger)
    expect(tuningFrom(await readLiveFacts(ledger)).chat.burst).toBe(1)
    telegram.happen({ what: 'rates', rates: { chat: null } }, { what: 'jump', ms: 600_000 })
    await measure(telegram, ledger)
    expect(tuningFrom(await readLiveFacts(ledger)).chat.maxPerSec).toBe(2)
  })
})
