import { EVENTS_PATH } from '../../../src/surfaces/http/contract/addresses.ts'
import { FeedMessage } from '../../../src/surfaces/http/contract/event.ts'
import { ExternalStore } from './external-store.ts'

/** `polling`: the feed is lost for so long that the page asks by itself. */
export type FeedState = 'connecting' | 'live' | 'polling'

const POLLING_AFTER_MS = 10_000
/** A page in the background lets go of its connection: browsers allow six to a server, over all tabs. */
const HIDDEN_CLOSE_MS = 30_000
const MAX_RETRY_MS = 30_000
/** More than two pings of the server: what is silent for so long is dead, also where nobody closed the connection. */
const SILENT_MS = 40_000

/** The live feed of the server (Server-Sent Events), kept up for as long as the page is looked at. */
export class Feed {
  readonly state = new ExternalStore<FeedState>('connecting')
  readonly #onMessage: (message: FeedMessage) => void
  #source: EventSource | null = null
  #retryMs = 1000
  #retryTimer = 0
  #pollingTimer = 0
  #hiddenTimer = 0
  #silentTimer = 0

  constructor(onMessage: (message: FeedMessage) => void) {
    this.#onMessage = onMessage
  }

  /** Connects; the function that comes back ends it all. */
  start(): () => void {
    const onVisibility = () => this.#followVisibility()
    document.addEventListener('visibilitychange', onVisibility)
    this.#open()
    return () => {
      document.removeEventListener('visibilitychange', onVisibility)
      this.#close()
    }
  }

  #open(): void {
    this.#close()
    this.#lost()
    const source = new EventSource(EVENTS_PATH)
    this.#source = source
    this.#heard()
    source.onopen = () => {
      this.#heard()
      this.#stopWaiting()
      this.#retryMs = 1000
      this.state.set('live')
    }
    source.onmessage = ({ data }) => this.#hear(String(data))
    source.onerror = () => {
      this.#lost()
      // The browser tries again by itself unless the answer was an error.
      if (source.readyState !== EventSource.CLOSED) return
      clearTimeout(this.#silentTimer)
      this.#retryTimer = window.setTimeout(() => this.#open(), this.#retryMs)
      this.#retryMs = Math.min(MAX_RETRY_MS, this.#retryMs * 2)
    }
  }

  #close(): void {
    clearTimeout(this.#retryTimer)
    clearTimeout(this.#silentTimer)
    this.#source?.close()
    this.#source = null
  }

  #heard(): void {
    clearTimeout(this.#silentTimer)
    this.#silentTimer = window.setTimeout(() => this.#open(), SILENT_MS)
  }

  #lost(): void {
    if (this.state.get() === 'polling') return
    this.state.set('connecting')
    // The browser tries every few seconds and fails each time: it is lost since the first of them.
    this.#pollingTimer ||= window.setTimeout(() => this.state.set('polling'), POLLING_AFTER_MS)
  }

  #stopWaiting(): void {
    clearTimeout(this.#pollingTimer)
    this.#pollingTimer = 0
  }

  #hear(text: string): void {
    this.#heard()
    const message = FeedMessage.safeParse(JSON.parse(text))
    // A newer server may say what this page does not know yet.
    if (message.success) this.#onMessage(message.data)
  }

  #followVisibility(): void {
    clearTimeout(this.#hiddenTimer)
    if (document.visibilityState === 'visible') {
      if (!this.#source) this.#open()
      return
    }
    this.#hiddenTimer = window.setTimeout(() => {
      this.#close()
      this.#stopWaiting()
    }, HIDDEN_CLOSE_MS)
  }
}
