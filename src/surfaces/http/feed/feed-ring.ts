/** The last messages of a feed, numbered, so that a reader who was away can catch up. */
export class FeedRing {
  readonly #run: string
  readonly #capacity: number
  readonly #messages: { readonly number: number; readonly data: string }[] = []
  #last = 0

  /** `run` tells this start of the server from others: numbers of another run mean nothing. */
  constructor(run: string, capacity: number) {
    this.#run = run
    this.#capacity = capacity
  }

  /** Keeps the message and gives it as it stands in the stream (WHATWG HTML §9.2.6). */
  add(data: string): string {
    this.#messages.push({ number: ++this.#last, data })
    if (this.#messages.length > this.#capacity) this.#messages.shift()
    return this.#event(this.#last, data)
  }

  /** A message for one reader only, which does not move the numbers. */
  aside(data: string): string {
    return this.#event(this.#last, data)
  }

  /** All that came after this id; null when that cannot be said any more. */
  since(lastEventId: string | undefined): readonly string[] | null {
    const [run, text] = lastEventId?.split('.') ?? []
    const number = Number(text)
    const oldest = this.#messages[0]?.number ?? this.#last + 1
    if (run !== this.#run || !Number.isInteger(number) || number > this.#last || number < oldest - 1) return null
    return this.#messages.slice(number - oldest + 1).map((each) => this.#event(each.number, each.data))
  }

  #event(number: number, data: string): string {
    return `id: ${this.#run}.${number}\ndata: ${data}\n\n`
  }
}
