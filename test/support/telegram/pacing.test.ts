import { InputFile } from 'grammy'
import { describe, expect, it } from 'vitest'
import { channelOf, clientOf, download } from './api-client.test-support.ts'
import { startTelegram } from './start-telegram.ts'

describe('the line', () => {
  it('is no faster than told, up and down, each connection for itself', async () => {
    const line = { bytesPerSec: 4_000_000, latencyMs: 50 }
    await using telegram = await startTelegram(line)
    const bytes = Buffer.alloc(2_000_000, 'a')
    const { document } = await clientOf(telegram).sendDocument(channelOf(telegram), new InputFile(bytes, 'a.bin'))
    const both = await Promise.all([0, 1].map(() => download(telegram, 0, document.file_id)))
    await Promise.all(both.map((answer) => answer.arrayBuffer()))

    // The client has the last byte before the emulator knows that it has.
    while (telegram.journal.calls.some(({ endedMs }) => endedMs === undefined)) await new Promise(setImmediate)
    const leastMs = (bytes.length / line.bytesPerSec) * 1000 + line.latencyMs
    const carried = telegram.journal.calls.filter(({ method }) => method !== 'getFile')
    expect(carried).toHaveLength(3)
    for (const { arrivedMs, endedMs = 0 } of carried) expect(endedMs - arrivedMs).toBeGreaterThanOrEqual(leastMs * 0.99)
    const [, first, second] = carried
    // Side by side, not one after the other.
    expect(second?.arrivedMs).toBeLessThan(first?.endedMs ?? 0)
  })
})
