import { MAX_ATTRIBUTES } from './playlist-limits.ts'

export interface Attribute {
  /** Without quotes. */
  readonly value: string
  readonly quoted: boolean
}

/** Attributes of a tag by name, in their order; unknown ones too. */
export type AttributeList = ReadonlyMap<string, Attribute>

/**
 * Reads an attribute-list (RFC 8216bis §4.2), leniently: spaces, stray commas, open quotes and repeated names
 * (the first counts) are reported and survived. Takes time linear in the length of the text.
 */
export function parseAttributeList(text: string, report: (fault: string) => void): AttributeList {
  const list = new Map<string, Attribute>()
  let equals = text.indexOf('=')
  for (let at = 0; at < text.length; ) {
    equals = nextEquals(text, equals, at)
    const comma = endOfElement(text, at)
    if (equals === -1 || comma < equals) {
      reportStray(text.slice(at, comma), report)
      at = comma + 1
      continue
    }
    const name = attributeName(text.slice(at, equals), report)
    const { attribute, end } = readValue(text, equals + 1, report)
    at = end + 1
    if (list.size >= MAX_ATTRIBUTES) {
      report(`more than ${MAX_ATTRIBUTES} attributes`)
      return list
    }
    if (list.has(name)) report(`attribute ${name} occurs twice`)
    else list.set(name, attribute)
  }
  if (/,\s*$/.test(text)) report('comma at the end')
  return list
}

/** Searches on only when the last find lies behind: otherwise a text of commas would be searched once for each. */
function nextEquals(text: string, last: number, at: number): number {
  return last === -1 || last >= at ? last : text.indexOf('=', at)
}

function readValue(text: string, from: number, report: (fault: string) => void): { attribute: Attribute; end: number } {
  let start = from
  while (text[start] === ' ' || text[start] === '\t') start++
  if (text[start] !== '"') {
    const end = endOfElement(text, start)
    return { attribute: { value: text.slice(start, end).trim(), quoted: false }, end }
  }
  const close = text.indexOf('"', start + 1)
  if (close === -1) {
    report('a quote is left open')
    return { attribute: { value: text.slice(start + 1), quoted: true }, end: text.length }
  }
  const end = endOfElement(text, close + 1)
  if (text.slice(close + 1, end).trim() !== '') report('text after a closing quote')
  return { attribute: { value: text.slice(start + 1, close), quoted: true }, end }
}

function attributeName(text: string, report: (fault: string) => void): string {
  if (!/^[A-Z0-9-]+$/.test(text)) report(`attribute name ${JSON.stringify(text.slice(0, 40))}`)
  return text.trim()
}

function reportStray(element: string, report: (fault: string) => void): void {
  if (element.trim() === '') report('an empty attribute')
  else report(`${JSON.stringify(element.trim().slice(0, 40))} is no attribute`)
}

function endOfElement(text: string, from: number): number {
  const comma = text.indexOf(',', from)
  return comma === -1 ? text.length : comma
}
