import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { startTelegram } from '../support/telegram/start-telegram.ts'

const SCRIPT = fileURLToPath(new URL('../support/telegram/round-trip.py', import.meta.url))
/** Debian's own: another Python on the path does not see Debian's packages. */
const PYTHON = '/usr/bin/python3'

it('a client by others stores, reads, forwards, pins, edits, deletes and waits at the emulated Telegram', async () => {
  await using telegram = await startTelegram({ bots: 2 })
  const [bot, other] = telegram.bots
  const chatId = telegram.channels[0]?.id ?? 0
  telegram.faults.add({
    method: 'sendDocument',
    ...(bot && { botId: bot.id }),
    // The first document, and one whose caption is too long, come before.
    nth: 3,
    fault: { do: 'flood', retryAfterSec: 1 },
  })

  const args = [SCRIPT, telegram.root, String(chatId), bot?.token ?? '', other?.token ?? '']
  const { stdout } = await promisify(execFile)(PYTHON, args)

  expect(JSON.parse(stdout)).toEqual({
    names: [bot?.username, other?.username],
    first: 2,
    forwarded: 3,
    copied: 5,
    waitedSec: 1,
  })
  expect(telegram.journal.early).toEqual([])
  // Creation, document, a pin's own message (after the forward, which is gone), copy, probe, second document.
  expect(telegram.live(chatId).map(({ messageId }) => messageId)).toEqual([1, 2, 4, 5, 6, 7])
})
