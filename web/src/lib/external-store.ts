import { useSyncExternalStore } from 'react'

/** A value that lives beside the components; those that use it are drawn again when it is set. */
export class ExternalStore<T> {
  #value: T
  readonly #listeners = new Set<() => void>()

  constructor(value: T) {
    this.#value = value
  }

  readonly get = (): T => this.#value

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  set(value: T): void {
    this.#value = value
    for (const listener of this.#listeners) listener()
  }
}

export function useStored<T>({ subscribe, get }: ExternalStore<T>): T {
  return useSyncExternalStore(subscribe, get)
}
