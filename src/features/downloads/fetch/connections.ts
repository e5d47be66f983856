import type { FetchClock } from './fetch-clock.ts'
import { ConcurrencyController, MOST_CONNECTIONS } from './concurrency-controller.ts'
import { ConnectionSlots } from './connection-slots.ts'
import type { FetchTools } from './fetch-bytes.ts'
import type { FetchPorts } from './fetch-ports.ts'
import { RemoteBrokenError, RemoteRefusedError } from '#domain/errors.ts'

/** One connection of a download, for one segment or part at a time. */
export interface Connection {
  /** Lets others use it meanwhile; whoever is older gets it back first. */
  rest(ms: number): Promise<void>
  /**
   * Others use it while these bytes are made safe. Not while a slow disk owes as many as there are connections, though: a
   * kill costs all that is not safe.
   */
  releaseAround(makeSafe: () => Promise<void>): Promise<void>
  /** May be called twice. */
  release(): void
}

interface ConnectionOptions {
  readonly clock: FetchClock
  readonly signal: AbortSignal
  /** So many from the start and never more, when somebody said so. */
  readonly connections: number | undefined
  readonly onBytes: (byteLength: number) => void
}

/** The connections that a download may use now: what the governor allows, and what the network and the server bear. */
export class Connections implements Disposable {
  readonly #controller: ConcurrencyController
  readonly #slots: ConnectionSlots
  readonly #ports: Pick<FetchPorts, 'governor' | 'log'>
  readonly #options: ConnectionOptions
  readonly #unlisten: () => void
  #pausedUntilMs = 0
  #told = 0
  /** How many are being made safe. */
  #unsafe = 0

  constructor(ports: Pick<FetchPorts, 'governor' | 'log'>, options: ConnectionOptions) {
    const { connections } = options
    this.#ports = ports
    this.#options = options
    this.#controller = new ConcurrencyController({
      most: this.#most(),
      ...(connections !== undefined && { start: connections }),
    })
    this.#slots = new ConnectionSlots(() => this.#controller.connections)
    this.#unlisten = ports.governor.onChange(() => {
      this.#controller.setMost(this.#most(), this.#nowMs(), `this machine allows ${ports.governor.connections}`)
      this.#changed()
    })
  }

  get now(): number {
    return this.#controller.connections
  }

  /** Waits for one. `order`: the lowest comes first. Rejects with the signal's reason. */
  async take(order: number): Promise<Connection> {
    const { signal } = this.#options
    await this.#pauseOver()
    await this.#slots.acquire(order, signal)
    let held = true
    const release = () => {
      if (held) this.#slots.release()
      held = false
    }
    const rest = async (ms: number) => {
      release()
      await this.#options.clock.sleep(ms, signal)
      await this.#pauseOver()
      await this.#slots.acquire(order, signal)
      held = true
    }
    const releaseAround = async (makeSafe: () => Promise<void>) => {
      if (++this.#unsafe <= this.now) release()
      try {
        await makeSafe()
      } finally {
        this.#unsafe--
        release()
      }
    }
    return { rest, release, releaseAround }
  }

  segmentDone(): void {
    this.#controller.segmentDone()
  }

  /** What tells the controller how it goes. */
  readonly listener: Required<Pick<FetchTools, 'onAnswer' | 'onBytes' | 'onTrouble'>> = {
    onAnswer: (waitMs) => {
      this.#controller.firstByte(this.#nowMs(), waitMs)
      this.#changed()
    },
    onBytes: (byteLength) => {
      const busy = this.#slots.taken * 4 >= this.#controller.connections * 3
      this.#controller.received(this.#nowMs(), byteLength, busy)
      this.#options.onBytes(byteLength)
      this.#changed()
    },
    onTrouble: (error, waitMs) => {
      const nowMs = this.#nowMs()
      if (error instanceof RemoteBrokenError) this.#controller.brokeOff(nowMs)
      else if (!(error instanceof RemoteRefusedError)) this.#controller.trouble(nowMs, 'the server was not reached')
      else if (error.status === 429 || error.status === 503) {
        this.#controller.trouble(nowMs, `the server answered ${error.status}`)
        // It means all of us, not this segment.
        if (error.retryAfterMs !== null) this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + waitMs)
      }
      this.#changed()
    },
  }

  #changed(): void {
    const { changes } = this.#controller
    const newest = changes.at(-1)
    if (!newest || newest.atMs === this.#told) return
    this.#told = newest.atMs
    this.#slots.letIn()
    const s = newest.connections === 1 ? '' : 's'
    this.#ports.log({ level: 'info', text: `${newest.connections} connection${s}: ${newest.why}.` })
  }

  async #pauseOver(): Promise<void> {
    for (;;) {
      const leftMs = this.#pausedUntilMs - this.#nowMs()
      if (leftMs <= 0) return
      await this.#options.clock.sleep(leftMs, this.#options.signal)
    }
  }

  #most(): number {
    return Math.min(MOST_CONNECTIONS, this.#ports.governor.connections, this.#options.connections ?? MOST_CONNECTIONS)
  }

  #nowMs(): number {
    return this.#options.clock.nowMs()
  }

  [Symbol.dispose](): void {
    this.#unlisten()
  }
}
