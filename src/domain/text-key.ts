/** By this a text is found and put in order: composed (Unicode NFC), in lower case, one form for both Greek sigmas. */
export function textKey(text: string): string {
  return text.normalize('NFC').toLowerCase().replaceAll('ς', 'σ')
}
