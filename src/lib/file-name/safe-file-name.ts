import { stripControls } from './strip-controls.ts'

/** Characters that Windows and SMB refuse in names, the separators of every system among them. */
const REFUSED = /[<>:"/\\|?*]/g

/** Names of devices on Windows, whatever follows the first dot; superscript digits count there. */
const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)/i

/** ext4, NTFS and APFS end at 255; the rest is room for what others append (`.part`, ` (2)`). */
const MAX_BYTE_LENGTH = 240

/** A longer last part is not an extension but a sentence with a dot. */
const EXTENSION = /\.[a-z0-9]{1,8}$/i

/**
 * A file name that every system takes, made from a title or a foreign name in any alphabet (NFC):
 * no separators, control or bidi characters, device names, leading dots, trailing dots or spaces;
 * at most `maxByteLength` bytes of UTF-8, cut before the extension. `fallback` when nothing is left.
 * Safe names come back unchanged.
 */
export function safeFileName(title: string, fallback = 'video', maxByteLength = MAX_BYTE_LENGTH): string {
  // Longer than any name can be; spares the work on a megabyte of title.
  const head = title.length > 4096 ? `${title.slice(0, 2048)}${title.slice(-2048)}` : title
  const clean = trimEnds(stripControls(head).normalize('NFC').replace(REFUSED, '_').replace(/\s+/g, ' '))
  const fitting = shorten(RESERVED.test(clean) ? `_${clean}` : clean, maxByteLength)
  return fitting === '' ? fallback : fitting
}

function shorten(name: string, maxByteLength: number): string {
  if (Buffer.byteLength(name) <= maxByteLength) return name
  const extension = EXTENSION.exec(name)?.[0] ?? ''
  const room = maxByteLength - extension.length
  let stem = ''
  let byteLength = 0
  for (const character of name.slice(0, name.length - extension.length)) {
    byteLength += Buffer.byteLength(character)
    if (byteLength > room) break
    stem += character
  }
  return trimEnds(trimEnds(stem) + extension)
}

/** Dots in front hide a file (or climb), dots and spaces at the end vanish on Windows. */
function trimEnds(name: string): string {
  return name.replace(/^[.\s]+/, '').replace(/[.\s]+$/, '')
}
