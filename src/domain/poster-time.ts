/** Far enough in to be past logos, near enough that short films have a picture there. */
const POSTER_SHARE = 0.1
const POSTER_LATEST_SEC = 300

/** Where the poster of a film is taken from, in presentation time. */
export function posterSecOf(durationSec: number): number {
  return Math.min(durationSec * POSTER_SHARE, POSTER_LATEST_SEC)
}
