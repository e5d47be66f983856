export function toJson(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value)
}

/** The caller names what was written there. */
export function fromJson<Value>(text: string | null): Value | null {
  return text === null ? null : (JSON.parse(text) as Value)
}
