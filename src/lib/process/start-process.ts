import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { feedStream } from './feed-stream.ts'
import { ProcessError } from './process-error.ts'
import { TailBuffer } from './tail-buffer.ts'

export interface ProcessCommand {
  /** Program and arguments; no shell reads them. */
  readonly command: readonly string[]
  /** The child's whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  /** How many pipes the child may write to beside stdout: its file descriptors 3, 4, … */
  readonly extraPipes?: number
  /** Whether `feed` will be called; without it stdin is empty. */
  readonly stdin?: boolean
  /** From start to end, by our own clock. */
  readonly timeLimitMs: number
  /** How long the readers of `output` may all wait for the next bytes before the child counts as stuck. */
  readonly stallLimitMs?: number
  readonly signal?: AbortSignal
}

export type StopReason = 'aborted' | 'time-limit' | 'stalled' | 'disposed'

export interface ProcessEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null
  readonly endSignal: NodeJS.Signals | null
  /** The last 64 KiB that it said. */
  readonly stderr: string
  /** Why we stopped it; null when it ended by itself. */
  readonly stopped: StopReason | null
}

/** A child process that runs in its own process group. Disposing of it stops the group and waits for its end. */
export interface RunningProcess extends AsyncDisposable {
  readonly pid: number
  /**
   * What it writes to file descriptor 1 (or 3, 4, … for extra pipes), with back-pressure: what is not read stays in the
   * child. Ends without an error when the child ends; `ended` says how. To be read once.
   */
  output(descriptor?: number): AsyncIterable<Uint8Array>
  /**
   * Writes to its stdin, no faster than it reads, then closes it. While the chunks themselves are waited for, the child does not
   * count as stuck. Resolves too when it wants no more; rejects when the chunks do, and stops the child then. To be called once.
   */
  feed(chunks: AsyncIterable<Uint8Array>): Promise<void>
  /** Never rejects. Resolves although output is left unread. */
  readonly ended: Promise<ProcessEnd>
  /** Asks it to end, after five seconds with force; the first reason given stands. */
  stop(reason: StopReason): void
}

const STDERR_BYTES = 64 * 1024
const GRACE_MS = 5000
/** How long the last words on stderr may take after the end: a grandchild could hold the pipe open. */
const LAST_WORDS_MS = 500

/** Starts a program. Rejects with ProcessError when it cannot be started, with the signal's reason when already aborted. */
export async function startProcess(options: ProcessCommand): Promise<RunningProcess> {
  options.signal?.throwIfAborted()
  const [program = '', ...args] = options.command
  const extra = Array.from({ length: options.extraPipes ?? 0 }, () => 'pipe' as const)
  const child = spawn(program, args, {
    env: { ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: [options.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe', ...extra],
    // A group of its own, so that a signal reaches whatever it starts and Ctrl+C in our terminal does not.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  // Those who wait for the end must be there before anything else is awaited.
  const ended = new Promise<Pick<ProcessEnd, 'exitCode' | 'endSignal'>>((resolve) => {
    child.once('exit', (exitCode, endSignal) => resolve({ exitCode, endSignal }))
  })
  await started(child, program)
  return new GroupLeader(child, ended, options)
}

function started(child: ChildProcess, program: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (error: NodeJS.ErrnoException) => {
      const code = error.code === 'ENOENT' ? 'not-found' : 'not-startable'
      reject(new ProcessError(code, `${program} could not be started: ${error.message}`, error))
    })
  })
}

class GroupLeader implements RunningProcess {
  readonly pid: number
  readonly ended: Promise<ProcessEnd>
  readonly #child: ChildProcess
  readonly #stallLimitMs: number | undefined
  #stopped: StopReason | null = null
  #hasEnded = false
  /** Readers of output, and those of them that wait. */
  #reading = 0
  #waiting = 0
  /** It has read all that there is so far. */
  #isHungry = false
  #stallTimer: NodeJS.Timeout | undefined

  constructor(
    child: ChildProcess,
    exited: Promise<Pick<ProcessEnd, 'exitCode' | 'endSignal'>>,
    options: ProcessCommand,
  ) {
    this.pid = child.pid ?? 0
    this.#child = child
    this.#stallLimitMs = options.stallLimitMs
    child.on('error', () => {}) // A signal that could not be sent: the process is gone, which `exit` tells too.
    this.ended = this.#watch(exited, options)
  }

  async #watch(
    exited: Promise<Pick<ProcessEnd, 'exitCode' | 'endSignal'>>,
    { timeLimitMs, signal }: ProcessCommand,
  ): Promise<ProcessEnd> {
    const tail = new TailBuffer(STDERR_BYTES)
    const { stderr } = this.#child
    const lastWords = new Promise<void>((resolve) => void stderr?.once('close', resolve))
    stderr?.on('data', (chunk: Uint8Array) => tail.push(chunk)).on('error', () => {})
    const abort = () => this.stop('aborted')
    const timer = setTimeout(() => this.stop('time-limit'), Math.min(timeLimitMs, MAX_TIMER_MS))
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted) abort()
    const end = await exited
    this.#hasEnded = true
    clearTimeout(this.#stallTimer)
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
    await Promise.race([lastWords, delay(LAST_WORDS_MS)])
    return { ...end, stderr: tail.text(), stopped: this.#stopped }
  }

  async *output(descriptor = 1): AsyncGenerator<Uint8Array> {
    const stream = this.#child.stdio[descriptor] as Readable | null | undefined
    if (stream === null || stream === undefined) throw new RangeError(`no pipe at descriptor ${descriptor}`)
    const chunks = stream[Symbol.asyncIterator]()
    this.#reading++
    try {
      for (;;) {
        const { done, value } = await this.#unlessStalled(chunks.next())
        if (done) return
        yield value
      }
    } catch (error) {
      if (this.#stopped === null) throw error
    } finally {
      this.#reading--
      this.#watchStall()
      stream.destroy()
    }
  }

  /** Only waiting counts, and only when all who read wait: a child whose reader is slow is not stuck. */
  async #unlessStalled<T>(next: Promise<T>): Promise<T> {
    if (this.#stallLimitMs === undefined) return next
    this.#waiting++
    this.#watchStall()
    try {
      return await next
    } finally {
      this.#waiting--
      this.#watchStall()
    }
  }

  #watchStall(): void {
    clearTimeout(this.#stallTimer)
    if (this.#stallLimitMs === undefined || this.#hasEnded || this.#isHungry) return
    if (this.#waiting === 0 || this.#waiting < this.#reading) return
    this.#stallTimer = setTimeout(() => this.stop('stalled'), this.#stallLimitMs)
  }

  async feed(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const { stdin } = this.#child
    if (stdin === null) throw new RangeError('no pipe at stdin')
    const hungry = (isHungry: boolean) => {
      this.#isHungry = isHungry
      this.#watchStall()
    }
    try {
      await feedStream(stdin, chunks, hungry)
    } catch (error) {
      this.stop('disposed')
      throw error
    }
  }

  stop(reason: StopReason): void {
    if (this.#stopped !== null || this.#hasEnded) return
    this.#stopped = reason
    this.#killGroup('SIGTERM')
    // Nobody reads on: a child that is stuck in a write fails at once instead of waiting for force.
    for (const stream of this.#child.stdio) if (stream !== this.#child.stderr) stream?.destroy()
    const timer = setTimeout(() => this.#killGroup('SIGKILL'), GRACE_MS)
    void this.ended.then(() => clearTimeout(timer))
  }

  #killGroup(signal: NodeJS.Signals): void {
    try {
      if (process.platform === 'win32') this.#child.kill(signal)
      else process.kill(-this.pid, signal)
    } catch {
      // The group is empty already.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop('disposed')
    await this.ended
    this.#child.stderr?.destroy()
  }
}

/** setTimeout fires at once beyond this. */
const MAX_TIMER_MS = 0x7fff_ffff

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
