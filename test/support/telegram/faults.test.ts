import { createHash, randomBytes } from 'node:crypto'
import { Api, HttpError, InputFile } from 'grammy'
import { describe, expect, it } from 'vitest'
import { botOf, channelOf, clientOf, download, faultOf, linkOf, refusalOf } from './api-client.test-support.ts'
import type { Fault } from './fault-script.ts'
import { type EmulatedTelegram, startTelegram } from './start-telegram.ts'

const BYTES = randomBytes(300_000)
const SHA256 = createHash('sha256').update(BYTES).digest('hex')

describe('a send that goes wrong', () => {
  const LOST: readonly (readonly [string, Fault, boolean])[] = [
    ['cut before the file is in', { do: 'cut-before' }, false],
    ['cut after so many bytes', { do: 'cut-before', afterBytes: 1000 }, false],
    ['reset before the file is in', { do: 'cut-before', reset: true }, false],
    ['stored, then cut', { do: 'cut-after' }, true],
    ['stored, then reset', { do: 'cut-after', reset: true }, true],
    ['an error page', { do: 'html', status: 502 }, false],
    ['stored, then an error page', { do: 'html', status: 502, stored: true }, true],
    ['stored, then a short answer', { do: 'short-body' }, true],
    ['stored, then an answer that ends early as if it were whole', { do: 'short-body', clean: true }, true],
  ]

  it.each(LOST)('%s: grammY knows nothing, and the journal all', async (_, fault, isStored) => {
    await using telegram = await startTelegram()
    telegram.faults.add({ method: 'sendDocument', fault })
    expect(await faultOf(send(telegram))).toBeInstanceOf(HttpError)
    expect(stored(telegram)).toEqual(isStored ? [SHA256] : [])
    expect(telegram.journal.of('senddocument')).toMatchObject([{ fault: fault.do }])

    await send(telegram)
    expect(stored(telegram)).toHaveLength(isStored ? 2 : 1)
  })

  it.each([false, true])('never answers, stored: %s', async (isStored) => {
    await using telegram = await startTelegram()
    telegram.faults.add({ fault: { do: 'hang', stored: isStored } })
    const leaving = new AbortController()
    const sending = faultOf(send(telegram, leaving.signal))
    while ((telegram.journal.calls[0]?.bytesIn ?? 0) < BYTES.length) await tick()
    while (isStored && stored(telegram).length === 0) await tick()
    leaving.abort()
    await sending
    expect(stored(telegram)).toHaveLength(isStored ? 1 : 0)
  })

  it('answers 500 though it is stored, and 429 though it is stored', async () => {
    await using telegram = await startTelegram({ speed: 0.01 })
    const restart = { code: 500, description: 'Internal Server Error: restart' }
    telegram.faults.add({ fault: { do: 'answer', ...restart, stored: true } })
    telegram.faults.add({ nth: 2, fault: { do: 'flood', retryAfterSec: 5, stored: true } })
    expect(await refusalOf(send(telegram))).toBe('500 Internal Server Error: restart')
    expect(await refusalOf(send(telegram))).toBe('429 Too Many Requests: retry after 5')
    expect(stored(telegram)).toHaveLength(2)
    expect(await refusalOf(send(telegram))).toBe('429 Too Many Requests: retry after 5')
    expect(telegram.journal.early).toHaveLength(1)
    expect(stored(telegram)).toHaveLength(2)
  })

  it('stores another bit, other bytes, or says another size', async () => {
    await using telegram = await startTelegram()
    telegram.faults.add({ fault: { do: 'store-flipped', bit: 0 } })
    telegram.faults.add({ nth: 2, fault: { do: 're-encode' } })
    telegram.faults.add({ nth: 3, fault: { do: 'wrong-size', delta: -1 } })
    const flipped = Buffer.from(BYTES)
    flipped[0] = (flipped[0] ?? 0) ^ 0x80
    expect((await send(telegram)).document.file_size).toBe(BYTES.length)
    expect((await send(telegram)).document.file_size).toBe(270_000)
    expect((await send(telegram)).document.file_size).toBe(BYTES.length - 1)
    expect(stored(telegram)[0]).toBe(createHash('sha256').update(flipped).digest('hex'))
    expect(stored(telegram).slice(1)).toEqual([expect.not.stringMatching(SHA256), SHA256])
  })

  it('finds that a stranger was faster, the right is gone, or the bot itself', async () => {
    await using telegram = await startTelegram({ bots: 2 })
    const chatId = channelOf(telegram)
    const botId = botOf(telegram).id
    telegram.faults.add({ nth: 1, fault: { do: 'happen', events: [{ what: 'post', chatId, times: 2 }] } })
    telegram.faults.add({ nth: 2, fault: { do: 'happen', events: [{ what: 'kick', botId, chatId }] } })
    expect((await send(telegram)).message_id).toBe(4)
    expect(await refusalOf(send(telegram))).toBe('403 Forbidden: bot was kicked from the channel chat')
    telegram.happen({ what: 'join', botId, chatId }, { what: 'revoke-token', botId })
    expect(await refusalOf(send(telegram))).toBe('401 Unauthorized')
    telegram.happen({ what: 'restore-token', botId })
    expect((await send(telegram)).message_id).toBe(5)
  })
})

describe('a download that goes wrong', () => {
  it.each<readonly [string, Fault, number]>([
    ['is cut', { do: 'short-body' }, 150_000],
    ['is reset', { do: 'short-body', reset: true, bytes: 0 }, 0],
  ])('%s: the client notices', async (_, fault) => {
    await using telegram = await startTelegram()
    const { document } = await send(telegram)
    telegram.faults.add({ method: 'download', fault })
    await expect(download(telegram, 0, document.file_id).then((answer) => answer.arrayBuffer())).rejects.toThrow()
    const whole = await download(telegram, 0, document.file_id)
    expect(sha256(await whole.arrayBuffer())).toBe(SHA256)
  })

  it('ends early as if it were whole, has one wrong bit, or is answered with an error page', async () => {
    await using telegram = await startTelegram()
    const { document } = await send(telegram)
    telegram.faults.add({ method: 'download', fault: { do: 'short-body', bytes: 10, clean: true } })
    telegram.faults.add({ method: 'download', nth: 2, fault: { do: 'flip-bit', bit: 8 * 299_999 + 7 } })
    telegram.faults.add({ method: 'download', nth: 3, fault: { do: 'html', status: 504 } })
    expect((await (await download(telegram, 0, document.file_id)).arrayBuffer()).byteLength).toBe(10)
    const wrong = Buffer.from(await (await download(telegram, 0, document.file_id)).arrayBuffer())
    expect([wrong.length, wrong.compare(BYTES, 0, 299_999, 0, 299_999)]).toEqual([300_000, 0])
    expect(wrong[299_999]).toBe((BYTES[299_999] ?? 0) ^ 1)
    const page = await download(telegram, 0, document.file_id)
    expect([page.status, await page.text()]).toEqual([504, expect.stringContaining('<h1>504 Gateway Time-out</h1>')])
    // On the way only: what is stored is whole.
    expect(stored(telegram)).toEqual([SHA256])
  })

  it('comes drop by drop, and comes from a file that rotted', async () => {
    await using telegram = await startTelegram({ speed: 100 })
    const { document } = await send(telegram)
    telegram.faults.add({ method: 'download', fault: { do: 'drip', bytesPerSec: 10_000 } })
    await (await download(telegram, 0, document.file_id)).arrayBuffer()
    const [drip] = telegram.journal.of('download')
    // 30 seconds of its clock, less what may be caught up at the start.
    expect((drip?.endedMs ?? 0) - (drip?.arrivedMs ?? 0)).toBeGreaterThan(29_000)
    telegram.happen({ what: 'flip-bit', chatId: channelOf(telegram), messageId: 2 })
    const rotten = await download(telegram, 0, document.file_id)
    expect(sha256(await rotten.arrayBuffer())).not.toBe(SHA256)
  })
})

describe('faults by chance', () => {
  it('strike their share of the calls, the same ones for the same seed', async () => {
    const journals = await Promise.all([run(7), run(7), run(8)])
    const [first, again, other] = journals
    expect(first).toEqual(again)
    expect(first).not.toEqual(other)
    const struck = first?.filter((fault) => fault === 'html').length ?? 0
    expect(struck).toBeGreaterThan(20)
    expect(struck).toBeLessThan(60)
  })

  async function run(seed: number): Promise<(string | undefined)[]> {
    await using telegram = await startTelegram()
    telegram.faults.random({ seed, faults: [{ share: 0.2, method: 'getMe', fault: { do: 'html', status: 500 } }] })
    const url = `${telegram.root}/bot${botOf(telegram).token}/getMe`
    for (let count = 0; count < 200; count += 1) await (await fetch(url)).arrayBuffer()
    return telegram.journal.calls.map(({ fault }) => fault)
  }
})

describe('a link that went stale', () => {
  it('is not found after an hour, nor by another bot', async () => {
    await using telegram = await startTelegram({ bots: 2 })
    const { document } = await send(telegram)
    const { file_path = '' } = await clientOf(telegram).getFile(document.file_id)
    expect((await fetch(linkOf(telegram, 1, file_path))).status).toBe(404)
    telegram.clock.jump(3_599_000)
    expect((await fetch(linkOf(telegram, 0, file_path))).status).toBe(200)
    telegram.clock.jump(1000)
    const late = await fetch(linkOf(telegram, 0, file_path))
    expect(await late.json()).toEqual({ ok: false, error_code: 404, description: 'Not Found' })
    expect((await download(telegram, 0, document.file_id)).status).toBe(200)
  })
})

function send(telegram: EmulatedTelegram, signal?: AbortSignal) {
  const document = new InputFile(BYTES, 'a.bin')
  // grammY (its node-fetch 2) does not notice that an answer of known length ends too early: only its time-out helps.
  const api = new Api(botOf(telegram).token, { apiRoot: telegram.root, timeoutSeconds: 3 })
  return api.sendDocument(channelOf(telegram), document, { caption: 'c' }, signal as never)
}

function stored(telegram: EmulatedTelegram): (string | null)[] {
  return telegram.live(channelOf(telegram)).flatMap(({ byteLength, sha256 }) => (byteLength === null ? [] : [sha256()]))
}

function sha256(bytes: ArrayBuffer): string {
  return createHash('sha256').update(Buffer.from(bytes)).digest('hex')
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10))
}
