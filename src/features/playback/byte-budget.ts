/** Lets callers in as long as what they hold together stays under a limit; the rest wait in order. */
export class ByteBudget {
  readonly #limitBytes: number
  readonly #waiting: { readonly bytes: number; readonly enter: () => void }[] = []
  #heldBytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Resolves with the function that gives the bytes back. One caller alone may hold more than the limit. */
  async take(bytes: number, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted()
    if (this.#waiting.length > 0 || !this.#fits(bytes)) await this.#turn(bytes, signal)
    else this.#heldBytes += bytes
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#heldBytes -= bytes
      this.#letIn()
    }
  }

  #fits(bytes: number): boolean {
    return this.#heldBytes === 0 || this.#heldBytes + bytes <= this.#limitBytes
  }

  #turn(bytes: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1)
        reject(signal?.reason)
        this.#letIn()
      }
      const turn = {
        bytes,
        enter: () => {
          signal?.removeEventListener('abort', leave)
          resolve()
        },
      }
      this.#waiting.push(turn)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  #letIn(): void {
    for (let next = this.#waiting[0]; next && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#heldBytes += next.bytes
      next.enter()
    }
  }
}
