/** The time of the emulator: may run faster than the wall's and be set forward. */
export interface EmulatorClock {
  /** Milliseconds since the start; never goes back. */
  nowMs(): number
  /** Milliseconds since 1970, moving with `nowMs`. */
  wallMs(): number
  /** Resolves when that much of this clock's time has passed; rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Sets the clock forward; whoever sleeps is woken if his time is over. */
  jump(ms: number): void
  /** From now on, that many of its seconds pass in one of the wall's. */
  setSpeed(speed: number): void
  readonly speed: number
}

interface Sleeper {
  readonly untilMs: number
  readonly wake: () => void
  timer: NodeJS.Timeout | undefined
}

/** A timer of Node takes no longer wait than this. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Starts at zero, and at the present of the wall. */
export function createClock(initialSpeed = 1): EmulatorClock {
  let speed = initialSpeed
  let realMs = performance.now()
  let virtualMs = 0
  const startedAtMs = Date.now()
  const sleepers = new Set<Sleeper>()

  const nowMs = () => virtualMs + (performance.now() - realMs) * speed
  const settle = () => {
    virtualMs = nowMs()
    realMs = performance.now()
  }
  const arm = (sleeper: Sleeper) => {
    clearTimeout(sleeper.timer)
    const realWaitMs = Math.max(0, sleeper.untilMs - nowMs()) / speed
    sleeper.timer = setTimeout(() => wakeIfDue(sleeper), Math.min(Math.ceil(realWaitMs), MAX_TIMER_MS))
  }
  const wakeIfDue = (sleeper: Sleeper) => {
    if (nowMs() < sleeper.untilMs) return arm(sleeper)
    sleepers.delete(sleeper)
    sleeper.wake()
  }
  const rearm = () => {
    for (const sleeper of sleepers) arm(sleeper)
  }

  return {
    nowMs,
    wallMs: () => startedAtMs + nowMs(),
    get speed() {
      return speed
    },
    jump(ms) {
      settle()
      virtualMs += Math.max(0, ms)
      rearm()
    },
    setSpeed(next) {
      settle()
      speed = next
      rearm()
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error)
        const stop = () => {
          clearTimeout(sleeper.timer)
          sleepers.delete(sleeper)
          reject(signal?.reason as Error)
        }
        const wake = () => {
          signal?.removeEventListener('abort', stop)
          resolve()
        }
        const sleeper: Sleeper = { untilMs: nowMs() + ms, wake, timer: undefined }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', stop, { once: true })
        arm(sleeper)
      })
    },
  }
}
