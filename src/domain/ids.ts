declare const kind: unique symbol

/** A string that cannot be mistaken for another kind of id. */
export type Id<Kind extends string> = string & { readonly [kind]: Kind }

/** 16 characters of [A-Za-z0-9]; stands in addresses and in packs. */
export type VideoId = Id<'video'>
/** `<videoId>/<track name>`, e.g. `4fJ…/v0`; see `trackIdOf`. */
export type TrackId = Id<'track'>
export type PackId = Id<'pack'>
export type JobId = Id<'job'>

/** The track's id from its video and its name (`v0`, `a1`, `s0`: kind and number within the kind). */
export function trackIdOf(videoId: VideoId, name: string): TrackId {
  return `${videoId}/${name}` as TrackId
}
