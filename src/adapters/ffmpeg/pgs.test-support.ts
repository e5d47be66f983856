/** A Blu-ray subtitle track (`.sup`) that shows a small bar from one second on for a second. */
export function pgsSubtitle(): Buffer {
  const line = [0x00, 0x80 + 16, 0x01, 0x00, 0x00]
  const bar = [...line, ...line, ...line, ...line]
  const size = [...u16(320), ...u16(180)]
  const object = [...u16(0), 0, 0, ...u16(100), ...u16(100)]
  return Buffer.concat([
    segment(1, 0x16, [...size, 0x10, ...u16(0), 0x80, 0, 0, 1, ...object]),
    segment(1, 0x17, [1, 0, ...u16(100), ...u16(100), ...u16(16), ...u16(4)]),
    segment(1, 0x14, [0, 0, 1, 235, 128, 128, 255]),
    segment(1, 0x15, [...u16(0), 0, 0xc0, 0, ...u16(bar.length + 4), ...u16(16), ...u16(4), ...bar]),
    segment(1, 0x80, []),
    segment(2, 0x16, [...size, 0x10, ...u16(1), 0x00, 0, 0, 0]),
    segment(2, 0x17, [1, 0, ...u16(100), ...u16(100), ...u16(16), ...u16(4)]),
    segment(2, 0x80, []),
  ])
}

function segment(atSec: number, type: number, body: readonly number[]): Buffer {
  const ticks = Buffer.alloc(8)
  ticks.writeUInt32BE(atSec * 90_000)
  return Buffer.concat([Buffer.from('PG'), ticks, Buffer.from([type, ...u16(body.length), ...body])])
}

function u16(value: number): [number, number] {
  return [value >> 8, value & 0xff]
}
