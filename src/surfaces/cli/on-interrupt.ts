/** Calls once when the signal aborts, also when it has; disposing ends that. */
export function onInterrupt(signal: AbortSignal, call: () => void): Disposable {
  if (signal.aborted) call()
  else signal.addEventListener('abort', call, { once: true })
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', call) }
}
