import type { VideoRecord } from './catalog.ts'

/** The file in a video's packs that holds all the catalog knew of it when its ingest ended or it was last changed. */
export const MANIFEST_NAME = 'manifest.json'
/** The same before the first segment: a video whose ingest never ended, or whose manifest is lost, is known by it. */
export const OUTLINE_NAME = 'outline.json'

const VERSION = 1

/** As UTF-8 JSON. Where packs lie is left out: whoever reads this has found them. */
export function formatManifest(record: VideoRecord): Uint8Array {
  const packs = record.packs.map((pack) => ({ ...pack, ref: null }))
  return formatRecord({ ...record, packs })
}

/** As UTF-8 JSON in one line, with the places of its packs. */
export function formatRecord(record: VideoRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version: VERSION, record }))
}

/** Null when the bytes are not a record of a version that this program knows. */
export function parseRecord(bytes: Uint8Array): VideoRecord | null {
  try {
    const { version, record } = JSON.parse(new TextDecoder().decode(bytes)) as { version: unknown; record: VideoRecord }
    if (version !== VERSION || typeof record.video.id !== 'string') return null
    const { createdAt, updatedAt } = record.video
    return { ...record, video: { ...record.video, createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) } }
  } catch {
    return null
  }
}
