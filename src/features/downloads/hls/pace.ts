/** Time and chance, passed in so that tests own them. */
export interface Pace {
  /** Milliseconds that never go back. */
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason when it aborts before. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /** 0 up to, but not including, 1. */
  random(): number
}

export const REAL_PACE: Pace = {
  now: () => performance.now(),
  random: () => Math.random(),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer)
        reject(signal.reason)
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', leave)
        resolve()
      }, ms)
      if (signal.aborted) leave()
      else signal.addEventListener('abort', leave, { once: true })
    }),
}
