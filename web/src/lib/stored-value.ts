/** Small things this browser remembers. Private windows and full stores lose them silently: nothing depends on them. */
export function readStored<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(`telereel.${key}`)
    return text === null ? fallback : (JSON.parse(text) as T)
  } catch {
    return fallback
  }
}

export function writeStored(key: string, value: unknown): void {
  try {
    localStorage.setItem(`telereel.${key}`, JSON.stringify(value))
  } catch {
    // Remembered until the page closes, then.
  }
}
