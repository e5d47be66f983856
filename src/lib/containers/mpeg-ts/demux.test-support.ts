/** One PES packet as a reader of ISO/IEC 13818-1 sees it. */
export interface ReadPacket {
  readonly pts: number
  readonly dts: number
  readonly clock: number | null
  readonly randomAccess: boolean
  readonly body: Uint8Array
}

export interface ReadStream {
  readonly packets: readonly ReadPacket[]
  /** In order of arrival, each with its continuity counter. */
  readonly tables: readonly { readonly pid: number; readonly counter: number }[]
  /** How often a continuity counter of the stream was not the next one. */
  readonly discontinuities: number
}

interface Started {
  readonly clock: number | null
  readonly randomAccess: boolean
  readonly bytes: Uint8Array[]
}

/** A plain reader to hold the writer against; throws where a packet contradicts the standard. */
export function demux(bytes: Uint8Array): ReadStream {
  const started: Started[] = []
  const tables: { pid: number; counter: number }[] = []
  let discontinuities = 0
  let lastCounter: number | undefined
  if (bytes.byteLength % 188 !== 0) throw new Error('not a whole number of packets')
  for (let at = 0; at < bytes.byteLength; at += 188) {
    const packet = readTransportPacket(bytes.subarray(at, at + 188))
    if (packet.pid < 0x100 || packet.pid === 0x1000) {
      tables.push({ pid: packet.pid, counter: packet.counter })
      continue
    }
    if (lastCounter !== undefined && packet.counter !== ((lastCounter + 1) & 15)) discontinuities++
    lastCounter = packet.counter
    if (packet.isStart) started.push({ ...packet, bytes: [] })
    started.at(-1)?.bytes.push(packet.payload)
  }
  return { packets: started.map(readPes), tables, discontinuities }
}

function readTransportPacket(packet: Uint8Array) {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  if (view.getUint8(0) !== 0x47) throw new Error('no sync byte')
  const control = view.getUint8(3)
  if ((control & 0x10) === 0) throw new Error('no payload')
  const fieldBytes = control & 0x20 ? 1 + view.getUint8(4) : 0
  const flags = fieldBytes > 1 ? view.getUint8(5) : 0
  if (4 + fieldBytes >= 188) throw new Error('the adaptation field fills the packet')
  return {
    pid: view.getUint16(1) & 0x1fff,
    counter: control & 15,
    isStart: (view.getUint16(1) & 0x4000) !== 0,
    randomAccess: (flags & 0x40) !== 0,
    clock: flags & 0x10 ? view.getUint32(6) * 2 + (view.getUint8(10) >> 7) : null,
    payload: packet.subarray(4 + fieldBytes),
  }
}

function readPes({ clock, randomAccess, bytes }: Started): ReadPacket {
  const whole = Buffer.concat(bytes)
  if (whole.readUIntBE(0, 3) !== 1) throw new Error('no PES start code')
  const headerBytes = 9 + whole.readUInt8(8)
  // The header must be in the first packet as a whole: some readers look no further.
  if ((bytes[0]?.byteLength ?? 0) < headerBytes) throw new Error('a PES header over two packets')
  const length = whole.readUInt16BE(4)
  if (length !== 0 && length !== whole.byteLength - 6) throw new Error('a PES packet of another length')
  const pts = readStamp(whole, 9)
  const dts = whole.readUInt8(7) & 0x40 ? readStamp(whole, 14) : pts
  return { pts, dts, clock, randomAccess, body: whole.subarray(headerBytes) }
}

function readStamp(bytes: Buffer, at: number): number {
  const [high, middle, low] = [bytes.readUInt8(at), bytes.readUInt16BE(at + 1), bytes.readUInt16BE(at + 3)]
  if ((high & middle & low & 1) === 0) throw new Error('a time without its markers')
  return ((high >> 1) & 7) * 2 ** 30 + (middle >> 1) * 2 ** 15 + (low >> 1)
}
