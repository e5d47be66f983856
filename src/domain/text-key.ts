/** By this a text is found and put in order: composed (Unicode NFC) and in lower case, in every language. */
export function textKey(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
