import type { VideoRecord } from '#domain/catalog.ts'

/** What must be equal: all but the moment of the last change and the places of packs, which are the store's to say. */
export function comparable({ video, packs, segments, attachments, tracks, ...rest }: VideoRecord) {
  const manifest = attachments.filter(({ kind }) => kind === 'manifest').map(({ byteLength }) => byteLength)
  return {
    ...rest,
    video: { ...video, updatedAt: null },
    tracks,
    segments,
    packs: packs.map(({ position, digest, byteLength, state, ref }) => ({ position, digest, byteLength, state, ref })),
    attachments: attachments.filter(({ kind }) => kind !== 'manifest'),
    manifest,
  }
}
