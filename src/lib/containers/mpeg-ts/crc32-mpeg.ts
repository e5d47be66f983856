/** CRC of table sections: polynomial 0x04c11db7, begins with ones, not mirrored (ISO/IEC 13818-1 annex A). */
export function crc32Mpeg(bytes: Iterable<number>): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1
  }
  return crc >>> 0
}
