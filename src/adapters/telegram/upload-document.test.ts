import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { BlobDamagedError } from '#domain/errors.ts'
import {
  type Asked,
  botAt,
  CHAT_ID,
  documentOf,
  fastClock,
  faultOf,
  postedDocument,
  startAnswers,
} from './bot-api.test-support.ts'
import { SYSTEM_CLOCK } from './clock.ts'

const BYTES = new Uint8Array(randomBytes(3_000_000))

describe('sending a document', () => {
  it('streams one file of a known length, under a neutral name, without a sound', async () => {
    let headers: Asked['request']['headers'] = {}
    let form = new FormData()
    await using server = await startAnswers(async (asked) => {
      headers = asked.request.headers
      const body = await asked.body()
      expect(body.byteLength).toBe(Number(headers['content-length']))
      form = await new Response(new Uint8Array(body), {
        headers: { 'content-type': headers['content-type'] ?? '' },
      }).formData()
      asked.ok(postedDocument(42, BYTES.byteLength))
    })
    const bot = botAt(server.root)
    const sent = await bot.sendDocument(CHAT_ID, documentOf(BYTES))
    expect(sent).toEqual({
      messageId: 42,
      fileId: 'BQACAgIAAx',
      fileUniqueId: 'AgADx',
      byteLength: BYTES.byteLength,
      caption: 't1 test',
    })
    expect(headers['transfer-encoding']).toBeUndefined()
    const file = form.get('document') as File
    expect(file.name).toBe('nonce.bin')
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(BYTES)
    expect([...form.keys()].sort()).toEqual([
      'caption',
      'chat_id',
      'disable_content_type_detection',
      'disable_notification',
      'document',
    ])
    expect(form.get('chat_id')).toBe(String(CHAT_ID))
    expect(form.get('disable_content_type_detection')).toBe('true')
    expect(bot.traffic.sentBytes).toBe(BYTES.byteLength)
  })

  it('takes the file from wherever Telegram put it', async () => {
    await using server = await startAnswers(async (asked) => {
      await asked.body()
      const { document, ...message } = postedDocument(42, 3) as Record<string, unknown>
      asked.ok({ ...message, animation: document })
    })
    expect(await botAt(server.root).sendDocument(CHAT_ID, documentOf(BYTES.subarray(0, 3)))).toMatchObject({
      messageId: 42,
      byteLength: 3,
    })
  })

  it.each([
    ['an id of 0', { ...(postedDocument(0, 3) as object) }],
    ['another chat', { ...(postedDocument(5, 3) as object), chat: { id: -5 } }],
    ['no file', { message_id: 5, chat: { id: CHAT_ID } }],
    ['nothing', null],
  ])('does not believe an answer with %s', async (_, result) => {
    await using server = await startAnswers(async (asked) => {
      await asked.body()
      asked.ok(result)
    })
    const error = await faultOf(botAt(server.root).sendDocument(CHAT_ID, documentOf(BYTES.subarray(0, 3))))
    expect(error).toMatchObject({ kind: 'ambiguous', sent: 'unknown' })
  })

  it('is certain that nothing was sent when the connection broke before the last byte', async () => {
    await using server = await startAnswers(async (asked) => {
      for await (const _ of asked.request) break
      asked.cut()
    })
    const error = await faultOf(botAt(server.root).sendDocument(CHAT_ID, documentOf(new Uint8Array(20_000_000))))
    expect(error).toMatchObject({ kind: 'ambiguous', sent: 'no' })
  })

  it('is certain of nothing when the connection broke after the last byte', async () => {
    await using server = await startAnswers(async (asked) => {
      await asked.body()
      asked.cut()
    })
    const error = await faultOf(botAt(server.root).sendDocument(CHAT_ID, documentOf(BYTES)))
    expect(error).toMatchObject({ kind: 'ambiguous', sent: 'unknown' })
  })

  it('is certain that nothing was sent when no server is there', async () => {
    const server = createServer().listen(0)
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    const error = await faultOf(botAt(`http://127.0.0.1:${port}`).sendDocument(CHAT_ID, documentOf(BYTES)))
    expect(error).toMatchObject({ kind: 'ambiguous', sent: 'no' })
    expect(error.message).toContain('ECONNREFUSED')
  })

  it.each([
    ['HTML of a front end', 502, '<html><body>Bad Gateway</body></html>'],
    ['half an answer', 200, '{"ok":true,"resu'],
    ['something else that is JSON', 200, '[1]'],
  ])('is certain of nothing after %s', async (_, status, text) => {
    await using server = await startAnswers(async (asked) => {
      await asked.body()
      asked.response.writeHead(status).end(text)
    })
    const error = await faultOf(botAt(server.root).sendDocument(CHAT_ID, documentOf(BYTES)))
    expect(error).toMatchObject({ kind: 'ambiguous', sent: 'unknown' })
  })

  it('stops sending when the answer comes early', async () => {
    let received = 0
    await using server = await startAnswers(async (asked) => {
      asked.fail(413, 'Request Entity Too Large')
      for await (const chunk of asked.request as AsyncIterable<Buffer>) received += chunk.byteLength
    })
    const huge = 400_000_000
    const zeros = new Uint8Array(1_000_000)
    async function* open() {
      for (let left = huge; left > 0; left -= zeros.byteLength) yield zeros
    }
    const document = { ...documentOf(zeros), byteLength: huge, open }
    const error = await faultOf(botAt(server.root).sendDocument(CHAT_ID, document))
    expect(error).toMatchObject({ kind: 'too-large', sent: 'no' })
    expect(received).toBeLessThan(huge / 4)
  })

  it('holds back its last bytes until they may leave', async () => {
    const come = { bytes: 0, isWhole: false }
    await using server = await startAnswers(async (asked) => {
      for await (const chunk of asked.request as AsyncIterable<Buffer>) come.bytes += chunk.byteLength
      come.isWhole = true
      asked.ok(postedDocument(42, BYTES.byteLength))
    })
    const seen: (typeof come)[] = []
    const beforeLastByte = async () => {
      while (come.bytes < BYTES.byteLength) await SYSTEM_CLOCK.sleep(5)
      await SYSTEM_CLOCK.sleep(50)
      seen.push({ ...come })
    }
    await botAt(server.root).sendDocument(CHAT_ID, { ...documentOf(BYTES), beforeLastByte })
    expect(seen).toMatchObject([{ isWhole: false }])
    expect(come.isWhole).toBe(true)
  })

  it('is certain that nothing was sent when the connection broke while its last bytes were held back', async () => {
    await using server = await startAnswers(async (asked) => {
      let bytes = 0
      for await (const chunk of asked.request as AsyncIterable<Buffer>) {
        bytes += chunk.byteLength
        if (bytes > BYTES.byteLength) asked.cut()
      }
    })
    let ended: AbortSignal | undefined
    const beforeLastByte = (signal: AbortSignal) => {
      ended = signal
      return new Promise<void>(() => {})
    }
    const error = await faultOf(botAt(server.root).sendDocument(CHAT_ID, { ...documentOf(BYTES), beforeLastByte }))
    expect(error).toMatchObject({ kind: 'ambiguous', sent: 'no' })
    // Whoever was asked need not wait either.
    expect(ended?.aborted).toBe(true)
  })

  it('gives up a server that takes nothing, one that answers nothing, and one that goes silent in its answer', async () => {
    const clock = fastClock(300)
    await using deaf = await startAnswers((asked) => void asked.request.pause())
    const stalled = await faultOf(botAt(deaf.root, clock).sendDocument(CHAT_ID, documentOf(new Uint8Array(50_000_000))))
    expect(stalled).toMatchObject({ kind: 'ambiguous', sent: 'no', message: expect.stringContaining('30 seconds') })

    await using mute = await startAnswers(async (asked) => void (await asked.body()))
    const unanswered = await faultOf(botAt(mute.root, clock).sendDocument(CHAT_ID, documentOf(BYTES)))
    expect(unanswered).toMatchObject({ kind: 'ambiguous', sent: 'unknown' })

    await using halting = await startAnswers(async (asked) => {
      await asked.body()
      asked.response.writeHead(200, { 'content-length': 100 }).write('{"ok":')
    })
    const halted = await faultOf(botAt(halting.root, clock).sendDocument(CHAT_ID, documentOf(BYTES)))
    expect(halted).toMatchObject({ kind: 'ambiguous', sent: 'unknown' })
  })

  it('throws the fault of the source, and leaves nothing whole behind', async () => {
    let whole = 0
    await using server = await startAnswers(async (asked) => {
      await asked.body()
      whole++
      asked.ok(postedDocument(1, 1))
    })
    const bot = botAt(server.root)
    const broken = new Error('the disk is gone')
    async function* open() {
      yield BYTES.subarray(0, 1000)
      throw broken
    }
    await expect(bot.sendDocument(CHAT_ID, { ...documentOf(BYTES), open })).rejects.toBe(broken)
    for (const byteLength of [BYTES.byteLength - 1, BYTES.byteLength + 1]) {
      const document = { ...documentOf(BYTES), byteLength }
      await expect(bot.sendDocument(CHAT_ID, document)).rejects.toBeInstanceOf(BlobDamagedError)
    }
    expect(whole).toBe(0)
  })

  it('stops with the reason of the signal', async () => {
    await using server = await startAnswers(async (asked) => void (await asked.body()))
    const stop = new AbortController()
    const call = botAt(server.root).sendDocument(CHAT_ID, documentOf(BYTES), stop.signal)
    setTimeout(() => stop.abort(new Error('enough')), 50)
    await expect(call).rejects.toThrow('enough')
  })

  it('stops at once also while its last bytes are held back, and nobody is held any longer', async () => {
    await using server = await startAnswers(async (asked) => void (await asked.body().catch(() => {})))
    const stop = new AbortController()
    let ended: AbortSignal | undefined
    const beforeLastByte = (signal: AbortSignal) => {
      ended = signal
      stop.abort(new Error('enough'))
      return new Promise<void>(() => {})
    }
    const call = botAt(server.root).sendDocument(CHAT_ID, { ...documentOf(BYTES), beforeLastByte }, stop.signal)
    await expect(call).rejects.toThrow('enough')
    expect(ended?.aborted).toBe(true)
  })
})
