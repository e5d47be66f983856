import type { EmulatorClock } from './clock.ts'

interface Sleeper {
  readonly untilMs: number
  readonly wake: () => void
}

/** Turns of the event loop in which nobody asked for the time: what had come over a socket of this process was dealt with. */
const QUIET_TURNS = 40
/** How soon it is looked again when nobody sleeps. */
const IDLE_MS = 1

/**
 * Time that stands still while there is work to do and then moves at once to the next moment for which somebody sleeps. So
 * what a test sees does not depend on how busy the machine is. All that talks to one another must be in this process.
 */
export function createSteppedClock(): EmulatorClock & Disposable {
  const startedAtMs = Date.now()
  const sleepers = new Set<Sleeper>()
  let timeMs = 0
  let quietTurns = 0
  let isOver = false

  const nowMs = () => {
    quietTurns = 0
    return timeMs
  }
  const moveTo = (ms: number) => {
    timeMs = ms
    quietTurns = 0
    for (const sleeper of sleepers) if (sleeper.untilMs <= ms) sleeper.wake()
  }
  const turn = () => {
    if (isOver) return
    if (sleepers.size === 0) return void setTimeout(turn, IDLE_MS)
    if (++quietTurns > QUIET_TURNS) moveTo(Math.min(...Array.from(sleepers, ({ untilMs }) => untilMs)))
    setImmediate(turn)
  }
  turn()

  return {
    nowMs,
    wallMs: () => startedAtMs + nowMs(),
    speed: 1,
    jump: (ms) => moveTo(timeMs + Math.max(0, ms)),
    setSpeed() {
      throw new Error('A stepped clock has no speed.')
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error)
        const stop = () => {
          sleepers.delete(sleeper)
          reject(signal?.reason as Error)
        }
        const wake = () => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', stop)
          resolve()
        }
        const sleeper: Sleeper = { untilMs: nowMs() + Math.max(0, ms), wake }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', stop, { once: true })
      })
    },
    [Symbol.dispose]() {
      isOver = true
    },
  }
}
