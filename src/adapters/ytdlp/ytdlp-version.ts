/** A release is named for its day: `2026.08.19`, `2026.08.19.232701` between releases. */
export interface YtdlpVersion {
  readonly text: string
  /** Midnight UTC of its day. */
  readonly dayMs: number
}

/** Older ones lack fixes of known holes, and options that keep a page's words from being taken for orders. */
const OLDEST = { text: '2026.06', dayMs: Date.UTC(2026, 5, 1) }
/** Sites change every few weeks; what worked with an older one often does no longer. */
const STALE_AFTER_DAYS = 60
const DAY_MS = 86_400_000

/** Reads what `yt-dlp --version` prints; null when it is nothing of the kind. */
export function parseYtdlpVersion(output: string): YtdlpVersion | null {
  const match = /^(\d{4})\.(\d{1,2})\.(\d{1,2})(?:\.\d{1,8})?(?:\+\S{1,40})?$/.exec(output.trim())
  if (match === null) return null
  const [, year, month, day] = match.map(Number)
  return { text: output.trim(), dayMs: Date.UTC(year ?? 0, (month ?? 1) - 1, day) }
}

export interface VersionVerdict {
  /** False: it is not used at all. */
  readonly usable: boolean
  readonly problem: { readonly message: string; readonly fix: string } | null
}

/** What to make of a version on this day. */
export function judgeVersion(version: YtdlpVersion, nowMs: number): VersionVerdict {
  if (version.dayMs < OLDEST.dayMs) {
    const message = `yt-dlp is too old: ${version.text}. Pages are read from ${OLDEST.text} on.`
    return { usable: false, problem: { message, fix: UPDATE } }
  }
  const days = Math.floor((nowMs - version.dayMs) / DAY_MS)
  if (days <= STALE_AFTER_DAYS) return { usable: true, problem: null }
  const message = `yt-dlp ${version.text} is ${days} days old; sites change often, a newer one is recommended.`
  return { usable: true, problem: { message, fix: UPDATE } }
}

export const INSTALL =
  'Install yt-dlp: pipx install yt-dlp (or: python3 -m pip install --user -U yt-dlp; macOS: brew install yt-dlp; ' +
  'Windows: winget install yt-dlp). The package of Debian and Ubuntu is too old. Or set YTDLP_PATH.'
export const UPDATE =
  'Update yt-dlp: pipx upgrade yt-dlp (or: python3 -m pip install --user -U yt-dlp; a single file: yt-dlp -U). ' +
  'The package of Debian and Ubuntu is too old: pipx install yt-dlp.'
