import { open } from 'node:fs/promises'
import type { FollowedRecording } from '#domain/recording.ts'
import type { Stretch } from './recording-stretches.ts'

const CHUNK_BYTES = 256 * 1024

/** What ffmpeg is fed: the init section, then the segments; ID3 tags before packed audio are left out. */
export async function* stretchBytes(
  recording: FollowedRecording,
  stretch: Stretch,
  { withoutTags }: { readonly withoutTags: boolean },
): AsyncGenerator<Uint8Array> {
  if (stretch.init !== null) yield* chunksOf(recording.filePath(stretch.init), 0)
  for await (const { file } of stretch.segments()) {
    if (file === null) continue
    const path = recording.filePath(file)
    yield* chunksOf(path, withoutTags ? (await tagOf(path)).byteLength : 0)
  }
}

async function* chunksOf(path: string, from: number): AsyncGenerator<Uint8Array> {
  await using file = await open(path)
  for (let at = from; ; ) {
    const { bytesRead, buffer } = await file.read(new Uint8Array(CHUNK_BYTES), 0, CHUNK_BYTES, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

const MAX_TAG_BYTES = 64 * 1024

/** The ID3 tag at the beginning of a segment of packed audio: its length, and the time that it tells. */
export async function tagOf(path: string): Promise<PackedTag> {
  await using file = await open(path)
  const { bytesRead, buffer } = await file.read(new Uint8Array(MAX_TAG_BYTES), 0, MAX_TAG_BYTES, 0)
  return packedTag(buffer.subarray(0, bytesRead))
}

interface PackedTag {
  /** 0 without a tag. */
  readonly byteLength: number
  /** MPEG-2 time of the first sample in seconds (33 bits of 90 kHz); null when the tag does not say. */
  readonly startSec: number | null
}

const OWNER = 'com.apple.streaming.transportStreamTimestamp\0'

/** RFC 8216 §3.4: a PRIV frame (ID3v2.4 §4.27) whose last eight bytes are the time, big-endian. */
export function packedTag(head: Uint8Array): PackedTag {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  let end = 0
  while (text.toString('latin1', end, end + 3) === 'ID3' && text.byteLength >= end + 10) {
    const [a = 0, b = 0, c = 0, d = 0] = text.subarray(end + 6, end + 10)
    end += 10 + (a & 0x7f) * 0x20_0000 + (b & 0x7f) * 0x4000 + (c & 0x7f) * 0x80 + (d & 0x7f)
  }
  const at = text.subarray(0, end).indexOf(OWNER, 0, 'latin1')
  const isWhole = at >= 0 && at + OWNER.length + 8 <= end && text.byteLength >= at + OWNER.length + 8
  const ticks = isWhole ? text.readBigUInt64BE(at + OWNER.length) & 0x1_ffff_ffffn : null
  return { byteLength: end, startSec: ticks === null ? null : Number(ticks) / 90_000 }
}
