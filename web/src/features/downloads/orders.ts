import type { DownloadOrder } from '../../../../src/surfaces/http/contract/download.ts'
import { api } from '../../lib/api.ts'
import { ExternalStore } from '../../lib/external-store.ts'
import { type Fault, faultOf, ProblemError } from '../../lib/problem-error.ts'

export interface HandingIn {
  readonly waiting: readonly DownloadOrder[]
  /** When the server takes the next one; null while it does. */
  readonly nextAtMs: number | null
  /** Why it does not, in the server's words. */
  readonly why: string
  readonly failed: readonly { readonly id: number; readonly order: DownloadOrder; readonly fault: Fault }[]
  /** Taken since the page was opened. */
  readonly started: number
}

/** When the server asks to wait without saying how long. */
const USUAL_WAIT_SEC = 20
/** While there is no server: it may be starting anew. */
const AWAY_WAIT_SEC = 5

/**
 * What was ordered and is not in the server's queue yet: it takes three a minute. It lives beside the pages: leaving the
 * downloads page stops nothing.
 */
class Orders {
  readonly state = new ExternalStore<HandingIn>({ waiting: [], nextAtMs: null, why: '', failed: [], started: 0 })
  /** Of this page; kept nowhere else: they may hold secrets. */
  readonly #taken = new Map<string, DownloadOrder>()
  #isSending = false
  #lastId = 0

  add(orders: readonly DownloadOrder[]): void {
    this.#set({ waiting: [...this.state.get().waiting, ...orders] })
    if (!this.#isSending) void this.#send()
  }

  drop(): void {
    this.#set({ waiting: [] })
  }

  dismiss(id: number): void {
    this.#set({ failed: this.state.get().failed.filter((each) => each.id !== id) })
  }

  /** What was ordered under this job, when it was on this page. */
  orderOf(jobId: string): DownloadOrder | undefined {
    return this.#taken.get(jobId)
  }

  async #send(): Promise<void> {
    this.#isSending = true
    for (;;) {
      const [order] = this.state.get().waiting
      if (!order) break
      const waitSec = await this.#handIn(order)
      if (waitSec === 0) continue
      this.#set({ nextAtMs: Date.now() + waitSec * 1000 })
      await new Promise((resolve) => setTimeout(resolve, waitSec * 1000))
      this.#set({ nextAtMs: null })
    }
    this.#isSending = false
  }

  /** Resolves with how long to wait before the next try; 0 when this one is dealt with. */
  async #handIn(order: DownloadOrder): Promise<number> {
    try {
      const { jobId } = await api.download(order)
      this.#taken.set(jobId, order)
      this.#set({ ...this.#without(order), started: this.state.get().started + 1 })
    } catch (error) {
      const waitSec = error instanceof ProblemError ? waitAfter(error) : null
      if (waitSec !== null) {
        this.#set({ why: faultOf(error).message })
        return waitSec
      }
      const failed = [...this.state.get().failed, { id: ++this.#lastId, order, fault: faultOf(error) }]
      this.#set({ ...this.#without(order), failed })
    }
    return 0
  }

  #without(order: DownloadOrder): Pick<HandingIn, 'waiting'> {
    return { waiting: this.state.get().waiting.filter((each) => each !== order) }
  }

  #set(part: Partial<HandingIn>): void {
    this.state.set({ ...this.state.get(), ...part })
  }
}

/** Seconds until the same order may well be taken; null when waiting does not help. */
function waitAfter({ status, retryAfterSec }: ProblemError): number | null {
  if (status === 429) return Math.max(1, retryAfterSec ?? USUAL_WAIT_SEC)
  // Nobody answers, or only a proxy in front of nobody.
  return status === 0 || status === 502 || status === 504 ? AWAY_WAIT_SEC : null
}

export const orders = new Orders()

/** Those that the server has not taken are lost with the page. */
addEventListener('beforeunload', (event) => {
  if (orders.state.get().waiting.length > 0) event.preventDefault()
})
