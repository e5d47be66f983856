import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { botAt, fastClock, faultOf, startAnswers } from './bot-api.test-support.ts'

const BYTES = new Uint8Array(randomBytes(3_000_000))

describe('downloading a file', () => {
  const file = { what: 'documents/file_1.bin', bytes: Buffer.from(BYTES) }

  it('yields the bytes as they come', async () => {
    await using server = await startAnswers((asked) => {
      expect(asked.what).toBe(file.what)
      asked.response.writeHead(200, { 'content-length': file.bytes.length }).end(file.bytes)
    })
    const bot = botAt(server.root)
    const download = await bot.download(file.what)
    expect(download).toMatchObject({ status: 200, offset: 0, byteLength: file.bytes.length })
    expect(Buffer.concat(await Array.fromAsync(download.bytes))).toEqual(file.bytes)
    expect(bot.traffic.receivedBytes).toBe(file.bytes.length)
    await Array.fromAsync((await bot.download(file.what)).bytes)
    expect(server.connections()).toBe(1)
  })

  it('says where the bytes begin, whether the service heeds a range or not', async () => {
    let heeds = true
    await using server = await startAnswers((asked) => {
      expect(asked.request.headers.range).toBe('bytes=1000-')
      const headers = { 'content-range': `bytes 1000-${file.bytes.length - 1}/${file.bytes.length}` }
      if (heeds) asked.response.writeHead(206, headers).end(file.bytes.subarray(1000))
      else asked.response.writeHead(200).end(file.bytes)
    })
    const bot = botAt(server.root)
    const ranged = await bot.download(file.what, { offset: 1000 })
    expect(ranged).toMatchObject({ status: 206, offset: 1000, byteLength: file.bytes.length })
    expect(Buffer.concat(await Array.fromAsync(ranged.bytes))).toEqual(file.bytes.subarray(1000))
    heeds = false
    expect(await bot.download(file.what, { offset: 1000 })).toMatchObject({ status: 200, offset: 0, byteLength: null })
  })

  it('never takes another range for the one that was asked for', async () => {
    await using server = await startAnswers((asked) => {
      asked.response.writeHead(206, { 'content-range': 'bytes 999-1999/2000' }).end(file.bytes.subarray(999, 2000))
    })
    expect(await faultOf(botAt(server.root).download(file.what, { offset: 1000 }))).toMatchObject({ kind: 'ambiguous' })
  })

  it('ends with an error when the body is cut, in either framing', async () => {
    for (const headers of [{ 'content-length': file.bytes.length }, {}]) {
      await using server = await startAnswers((asked) => {
        asked.response.writeHead(200, headers)
        asked.response.write(file.bytes.subarray(0, 100_000), () => setTimeout(asked.cut, 20))
      })
      const { bytes } = await botAt(server.root).download(file.what)
      expect(await faultOf(Array.fromAsync(bytes))).toMatchObject({ kind: 'ambiguous' })
    }
  })

  it('gives up a server that never begins, and one that stops in the middle', async () => {
    const clock = fastClock(300)
    await using mute = await startAnswers(() => {})
    expect((await faultOf(botAt(mute.root, clock).download(file.what))).message).toContain('15 seconds')
    await using halting = await startAnswers((asked) => {
      asked.response.writeHead(200, { 'content-length': file.bytes.length }).write(file.bytes.subarray(0, 1000))
    })
    const { bytes } = await botAt(halting.root, clock).download(file.what)
    expect((await faultOf(Array.fromAsync(bytes))).message).toContain('30 seconds')
  })

  it('does not take a slow reader for a silent server', async () => {
    const clock = fastClock(300)
    await using server = await startAnswers((asked) => {
      asked.response.writeHead(200, { 'content-length': file.bytes.length }).end(file.bytes)
    })
    const { bytes } = await botAt(server.root, clock).download(file.what)
    let length = 0
    for await (const chunk of bytes) {
      if (length === 0) await new Promise((resolve) => setTimeout(resolve, 200))
      length += chunk.byteLength
    }
    expect(length).toBe(file.bytes.length)
  })

  it('ends the transfer when the reader leaves, and with the reason of the signal', async () => {
    const closed: Promise<unknown>[] = []
    await using server = await startAnswers((asked) => {
      closed.push(new Promise((resolve) => asked.request.socket.once('close', resolve)))
      asked.response.writeHead(200, { 'content-length': 1e9 }).write(file.bytes)
    })
    const bot = botAt(server.root)
    for await (const _ of (await bot.download(file.what)).bytes) break
    await closed[0]
    const stop = new AbortController()
    const { bytes } = await bot.download(file.what, { signal: stop.signal })
    setTimeout(() => stop.abort(new Error('enough')), 50)
    await expect(Array.fromAsync(bytes)).rejects.toThrow('enough')
    await closed[1]
  })

  it('knows a link that is too old', async () => {
    await using server = await startAnswers((asked) => asked.fail(404, 'Not Found'))
    expect(await faultOf(botAt(server.root).download(file.what))).toMatchObject({ kind: 'stale-file' })
  })

  it('reads where a server of our own put the file, when that can be seen', async () => {
    await using server = await startAnswers((asked) => asked.fail(404, 'Not Found'))
    const bot = botAt(server.root)
    const folder = await mkdtemp(join(tmpdir(), 'bot-api-'))
    const path = join(folder, 'file_0.bin')
    await writeFile(path, file.bytes)
    const whole = await bot.download(path)
    expect(whole).toMatchObject({ status: 200, offset: 0, byteLength: file.bytes.length })
    expect(Buffer.concat(await Array.fromAsync(whole.bytes))).toEqual(file.bytes)
    const rest = await bot.download(path, { offset: 1000 })
    expect(rest).toMatchObject({ status: 206, offset: 1000 })
    expect(Buffer.concat(await Array.fromAsync(rest.bytes))).toEqual(file.bytes.subarray(1000))
    await rm(folder, { recursive: true })
    const error = await faultOf(bot.download(path))
    expect(error).toMatchObject({ kind: 'refused', fix: expect.stringContaining('Mount') })
  })
})
