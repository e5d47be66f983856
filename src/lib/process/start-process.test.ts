import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { startProcess } from './start-process.ts'

const ENV = { PATH: '/usr/bin:/bin' }
const node = (script: string, ...args: string[]) => [process.execPath, '-e', script, ...args]
const TIME_LIMIT_MS = 20_000

async function textOf(output: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of output) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** A dead child of nobody may stay listed as a zombie until init looks after it. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe.runIf(process.platform === 'linux')('startProcess', () => {
  it('hands arguments over as they are, whatever a shell would make of them', async () => {
    const args = ['$(id)', '; ls', "a'b", '*', '']
    const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))'
    await using child = await startProcess({
      command: node(script, '--', ...args),
      env: ENV,
      timeLimitMs: TIME_LIMIT_MS,
    })
    expect(JSON.parse(await textOf(child.output()))).toEqual(args)
    expect(await child.ended).toMatchObject({ exitCode: 0, stopped: null })
  })

  it('gives the child nothing of our own environment', async () => {
    const script = 'process.stdout.write(Object.keys(process.env).join())'
    await using child = await startProcess({ command: node(script), env: { ONLY: '1' }, timeLimitMs: TIME_LIMIT_MS })
    expect(await textOf(child.output())).toBe('ONLY')
  })

  it('keeps the exit code and the end of a long stderr', async () => {
    const script = 'process.stderr.write("a".repeat(300000) + "last words"); process.exitCode = 7'
    await using child = await startProcess({ command: node(script), env: ENV, timeLimitMs: TIME_LIMIT_MS })
    const end = await child.ended
    expect(end.exitCode).toBe(7)
    expect(end.stderr.length).toBe(64 * 1024)
    expect(end.stderr.endsWith('last words')).toBe(true)
  })

  it('reads pipes beside stdout', async () => {
    const script = 'const fs = require("fs"); fs.writeSync(1, "one"); fs.writeSync(3, "three"); fs.writeSync(4, "four")'
    await using child = await startProcess({
      command: node(script),
      env: ENV,
      extraPipes: 2,
      timeLimitMs: TIME_LIMIT_MS,
    })
    const texts = await Promise.all([1, 3, 4].map((descriptor) => textOf(child.output(descriptor))))
    expect(texts).toEqual(['one', 'three', 'four'])
  })

  it('says that a program is not there', async () => {
    const start = startProcess({ command: ['/nowhere/ffmpeg'], env: ENV, timeLimitMs: TIME_LIMIT_MS })
    await expect(start).rejects.toMatchObject({ name: 'ProcessError', code: 'not-found' })
  })

  it('ends what takes too long', async () => {
    await using child = await startProcess({ command: ['sleep', '60'], env: ENV, timeLimitMs: 50 })
    expect(await child.ended).toMatchObject({ exitCode: null, endSignal: 'SIGTERM', stopped: 'time-limit' })
  })

  it('ends what says nothing more while somebody listens', async () => {
    const script = 'process.stdout.write("first"); setInterval(() => {}, 1000)'
    await using child = await startProcess({
      command: node(script),
      env: ENV,
      timeLimitMs: TIME_LIMIT_MS,
      stallLimitMs: 500,
    })
    expect(await textOf(child.output())).toBe('first')
    expect(await child.ended).toMatchObject({ stopped: 'stalled' })
  })

  it('does not take a slow reader for a stuck child', async () => {
    const script = 'process.stdout.write(Buffer.alloc(1e6)); setTimeout(() => {}, 100)'
    await using child = await startProcess({
      command: node(script),
      env: ENV,
      timeLimitMs: TIME_LIMIT_MS,
      stallLimitMs: 400,
    })
    let byteLength = 0
    for await (const chunk of child.output()) {
      if (byteLength === 0) await sleep(600)
      byteLength += chunk.byteLength
    }
    expect(byteLength).toBe(1e6)
    expect(await child.ended).toMatchObject({ stopped: null, exitCode: 0 })
  })

  it('does not take a pipe without words for a stuck child while another one talks', async () => {
    const script = 'let n = 0; setInterval(() => { process.stdout.write("a"); if (++n === 8) process.exit() }, 100)'
    await using child = await startProcess({
      command: node(script),
      env: ENV,
      extraPipes: 1,
      timeLimitMs: TIME_LIMIT_MS,
      stallLimitMs: 500,
    })
    expect(await Promise.all([textOf(child.output(1)), textOf(child.output(3))])).toEqual(['aaaaaaaa', ''])
    expect(await child.ended).toMatchObject({ stopped: null, exitCode: 0 })
  })

  it('ends what closes one pipe and then says nothing on the other', async () => {
    const script = 'require("fs").closeSync(3); setInterval(() => {}, 1000)'
    await using child = await startProcess({
      command: node(script),
      env: ENV,
      extraPipes: 1,
      timeLimitMs: TIME_LIMIT_MS,
      stallLimitMs: 500,
    })
    await Promise.all([textOf(child.output(1)), textOf(child.output(3))])
    expect(await child.ended).toMatchObject({ stopped: 'stalled' })
  })

  it('ends grandchildren too, and by force what does not listen', async () => {
    const script = 'trap "" TERM; sleep 60 & echo $!; wait; wait; sleep 60'
    const abort = new AbortController()
    const child = await startProcess({
      command: ['bash', '-c', script],
      env: ENV,
      timeLimitMs: TIME_LIMIT_MS,
      signal: abort.signal,
    })
    const output = child.output()[Symbol.asyncIterator]()
    const first = await output.next()
    const grandchild = Number(Buffer.from(first.value ?? []).toString())
    expect(isAlive(grandchild)).toBe(true)
    abort.abort()
    expect(await child.ended).toMatchObject({ endSignal: 'SIGKILL', stopped: 'aborted' })
    await expect.poll(() => isAlive(grandchild)).toBe(false)
  })

  it('starts nothing when it was called off before', async () => {
    const start = startProcess({
      command: ['sleep', '60'],
      env: ENV,
      timeLimitMs: TIME_LIMIT_MS,
      signal: AbortSignal.abort(new Error('called off')),
    })
    await expect(start).rejects.toThrow('called off')
  })

  it('is over when it is disposed of, although its output was not read', async () => {
    const child = await startProcess({ command: ['yes'], env: ENV, timeLimitMs: TIME_LIMIT_MS })
    await child[Symbol.asyncDispose]()
    expect(await child.ended).toMatchObject({ stopped: 'disposed' })
    expect(isAlive(child.pid)).toBe(false)
  })
})

describe.runIf(process.platform === 'linux')('feeding a process', () => {
  it('writes what comes to stdin, no faster than the child reads', async () => {
    const script = 'setTimeout(() => process.stdin.pipe(process.stdout), 300)'
    await using child = await startProcess({ command: node(script), env: ENV, stdin: true, timeLimitMs: TIME_LIMIT_MS })
    let given = 0
    const feeding = child.feed(
      (async function* () {
        for (; given < 64; given++) yield new Uint8Array(256 * 1024).fill(given)
      })(),
    )
    await sleep(100)
    expect(given).toBeLessThan(8)
    let byteLength = 0
    for await (const chunk of child.output()) byteLength += chunk.byteLength
    await feeding
    expect(byteLength).toBe(64 * 256 * 1024)
    expect(await child.ended).toMatchObject({ exitCode: 0, stopped: null })
  })

  it('does not take a child for stuck that waits for us', async () => {
    const command = node('process.stdin.pipe(process.stdout)')
    const limits = { timeLimitMs: TIME_LIMIT_MS, stallLimitMs: 300 }
    await using child = await startProcess({ command, env: ENV, stdin: true, ...limits })
    const feeding = child.feed(
      (async function* () {
        yield Buffer.from('slow ')
        await sleep(900)
        yield Buffer.from('words')
      })(),
    )
    expect(await textOf(child.output())).toBe('slow words')
    await feeding
  })

  it('ends in peace when the child wants no more, and stops it when the source fails', async () => {
    await using early = await startProcess({
      command: node('process.exit(0)'),
      env: ENV,
      stdin: true,
      timeLimitMs: TIME_LIMIT_MS,
    })
    await early.feed(
      (async function* () {
        for (;;) yield new Uint8Array(1024 * 1024)
      })(),
    )
    expect((await early.ended).exitCode).toBe(0)
    const waiting = node('setInterval(() => {}, 1000); process.stdin.resume()')
    await using failing = await startProcess({ command: waiting, env: ENV, stdin: true, timeLimitMs: TIME_LIMIT_MS })
    const feeding = failing.feed(
      (async function* () {
        yield new Uint8Array(1)
        throw new Error('no more')
      })(),
    )
    await expect(feeding).rejects.toThrow('no more')
    expect((await failing.ended).stopped).toBe('disposed')
  })
})
