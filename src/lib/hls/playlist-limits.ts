/** A playlist is foreign input: beyond these it is refused as `too-large`. */
export const MAX_PLAYLIST_LENGTH = 8 * 1024 * 1024
export const MAX_SEGMENTS = 100_000
/** EXT-X-STREAM-INF and EXT-X-I-FRAME-STREAM-INF, each. */
export const MAX_VARIANTS = 64
/** EXT-X-MEDIA, EXT-X-SESSION-KEY and EXT-X-SESSION-DATA, each. */
export const MAX_RENDITIONS = 1000
/** Keys of different key formats that apply to one segment; more are dropped with a violation. */
export const MAX_KEYS_PER_SEGMENT = 64
/** Attributes of one tag; more are dropped with a violation. */
export const MAX_ATTRIBUTES = 1000
/** Violations that are kept; the rest is counted. */
export const MAX_VIOLATIONS = 1000
