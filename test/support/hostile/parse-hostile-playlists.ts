import { parentPort } from 'node:worker_threads'
import { parsePlaylist } from '#lib/hls/parse-playlist.ts'
import { PlaylistError } from '#lib/hls/playlist-error.ts'
import { HOSTILE_PLAYLISTS } from '../hostile-playlists.ts'

/** How one went: what a thread with little memory tells of it. */
export interface HowItWent {
  readonly name: string
  readonly outcome: string
  readonly line: number | null
  readonly ms: number
}

// Runs in a thread of its own, so that its memory can be bounded.
for (const { name, text } of HOSTILE_PLAYLISTS) {
  const startMs = performance.now()
  const result = outcomeOf(text())
  parentPort?.postMessage({ name, ...result, ms: performance.now() - startMs } satisfies HowItWent)
}

function outcomeOf(text: string): { readonly outcome: string; readonly line: number | null } {
  try {
    parsePlaylist(text, 'https://example.com/a/b.m3u8')
    return { outcome: 'playlist', line: null }
  } catch (error) {
    const known = error instanceof PlaylistError
    return known ? { outcome: error.rule, line: error.line } : { outcome: String(error), line: null }
  }
}
