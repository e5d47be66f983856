import type { PlaylistReading } from './playlist-reading.ts'

/** Compares EXT-X-VERSION with what the playlist uses (RFC 8216bis §8); up to `customary` too high is nothing to speak of. */
export function checkVersion(version: number | null, customary: number, reading: PlaylistReading): void {
  const needed = reading.neededVersion
  const declared = version ?? 1
  const line = reading.lineOf('EXT-X-VERSION') ?? needed.line
  if (declared < needed.version) {
    const text = `version ${declared}, but ${needed.why} on line ${needed.line} needs ${needed.version}`
    reading.log.add('version-too-low', line, '#EXT-X-VERSION', text)
  } else if (declared > Math.max(needed.version, customary)) {
    const text = `version ${declared}, although ${needed.version} would do`
    reading.log.add('version-higher-than-needed', line, '#EXT-X-VERSION', text)
  }
}
