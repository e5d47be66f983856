import { useSyncExternalStore } from 'react'

export interface Toast {
  readonly id: number
  readonly message: string
  readonly detail?: string | undefined
  readonly tone?: 'plain' | 'good' | 'bad'
  readonly action?: { readonly label: string; readonly run: () => void }
  readonly durationMs?: number
}

let toasts: readonly Toast[] = []
let lastId = 0
const listeners = new Set<() => void>()

function set(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

/** Says something that passes; gives its number. */
export function toast(message: string, rest: Omit<Toast, 'id' | 'message'> = {}): number {
  const id = ++lastId
  set([...toasts.slice(-3), { id, message, ...rest }])
  return id
}

export function dismissToast(id: number): void {
  set(toasts.filter((each) => each.id !== id))
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
}
