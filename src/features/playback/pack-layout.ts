import type { PackId } from '#domain/ids.ts'
import type { Slice } from '#domain/video.ts'
import type { PlayableVideo } from './playable-video.ts'

/** What each pack of a video holds, made once for each state of the video. */
export class PackLayouts {
  readonly #known = new WeakMap<PlayableVideo, ReadonlyMap<PackId, readonly Slice[]>>()

  /** All slices in this pack that a player may ask for: segments, init segments and attachments; in no order. */
  slicesOf(video: PlayableVideo, packId: PackId): readonly Slice[] {
    let layout = this.#known.get(video)
    if (!layout) {
      layout = layoutOf(video)
      this.#known.set(video, layout)
    }
    return layout.get(packId) ?? []
  }
}

function layoutOf({ tracks, attachments }: PlayableVideo): ReadonlyMap<PackId, readonly Slice[]> {
  const layout = new Map<PackId, Slice[]>()
  const take = ({ slices }: { readonly slices: readonly Slice[] }) => {
    for (const slice of slices) {
      const there = layout.get(slice.packId)
      if (there) there.push(slice)
      else layout.set(slice.packId, [slice])
    }
  }
  for (const { init, segments } of tracks) {
    if (init) take(init)
    segments.forEach(take)
  }
  // What only a rebuild reads is no use in a cache.
  attachments.filter(({ kind }) => kind !== 'outline' && kind !== 'manifest').forEach(take)
  return layout
}
