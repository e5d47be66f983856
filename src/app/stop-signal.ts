/** Two signals within this time are one: a terminal and a launcher both pass on a Ctrl-C. */
const SAME_SIGNAL_MS = 1000
const EXIT_CANCELLED = 130

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP, so that everything ends in order; a second one ends the process now.
 * `done` stops listening: the process then ends when nothing is left to do.
 */
export function stopSignal(): { readonly signal: AbortSignal; done(): void } {
  const controller = new AbortController()
  let firstMs: number | null = null
  const stop = () => {
    firstMs ??= performance.now()
    if (performance.now() - firstMs > SAME_SIGNAL_MS) process.exit(EXIT_CANCELLED)
    controller.abort(new DOMException('Stopped by a signal.', 'AbortError'))
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, stop)
  return {
    signal: controller.signal,
    done: () => {
      for (const name of names) process.off(name, stop)
    },
  }
}
