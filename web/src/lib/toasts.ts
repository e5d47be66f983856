import { ExternalStore, useStored } from './external-store.ts'

export interface Toast {
  readonly id: number
  readonly message: string
  readonly detail?: string | undefined
  readonly tone?: 'plain' | 'good' | 'bad'
  readonly action?: { readonly label: string; readonly run: () => void }
  readonly durationMs?: number
}

const toasts = new ExternalStore<readonly Toast[]>([])
let lastId = 0

/** Says something that passes; gives its number. */
export function toast(message: string, rest: Omit<Toast, 'id' | 'message'> = {}): number {
  const id = ++lastId
  toasts.set([...toasts.get().slice(-3), { id, message, ...rest }])
  return id
}

export function dismissToast(id: number): void {
  toasts.set(toasts.get().filter((each) => each.id !== id))
}

export function useToasts(): readonly Toast[] {
  return useStored(toasts)
}
