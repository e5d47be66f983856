/** What stands wherever a secret would have been shown. */
export const MASK = '***'

/** Shorter secrets (most passwords) show nothing at all: four of their letters would be half of them. */
const MIN_LENGTH_TO_SHOW_TAIL = 20

/**
 * A text that is hard to show by accident: printing, JSON and `util.inspect` give `***`, only `reveal()` gives the
 * value. Call `reveal()` at the last moment, where the value leaves the process, and keep no copy.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself. */
  reveal(): string {
    return this.#value
  }

  /** `***` and the last four characters of a long secret, so that its owner recognises it. */
  masked(): string {
    return this.#value.length < MIN_LENGTH_TO_SHOW_TAIL ? MASK : MASK + this.#value.slice(-4)
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASK
  }
}

/** Every secret inside a value, at any depth: what the log sink must black out. */
export function secretsIn(value: unknown): Secret[] {
  if (value instanceof Secret) return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(secretsIn)
}
