/**
 * The cues of each subtitle track, as text tracks of the element. hls.js would make them itself, but through a `data:`
 * address that our Content-Security-Policy refuses.
 */
export class CueTracks {
  readonly #video: HTMLVideoElement
  readonly #tracks = new Map<string, TextTrack>()
  readonly #seen = new Map<string, Set<string>>()

  constructor(video: HTMLVideoElement) {
    this.#video = video
  }

  /** Segments repeat the cues that reach into them: each is kept once. */
  add(name: string, cues: readonly VTTCue[]): void {
    const seen = this.#seen.get(name) ?? new Set()
    this.#seen.set(name, seen)
    const track = this.#track(name)
    const before = track.mode
    if (before === 'disabled') track.mode = 'hidden'
    for (const cue of cues) {
      const key = `${cue.startTime.toFixed(3)} ${cue.endTime.toFixed(3)} ${cue.line} ${cue.text}`
      if (seen.has(key)) continue
      seen.add(key)
      track.addCue(cue)
    }
    track.mode = before
  }

  /** Hidden means: its cues become active, and are drawn by CueOverlay. */
  show(name: string | null): void {
    if (name !== null) this.#track(name)
    for (const [each, track] of this.#tracks) track.mode = each === name ? 'hidden' : 'disabled'
  }

  #track(name: string): TextTrack {
    const known = this.#tracks.get(name)
    if (known) return known
    const made = this.#video.addTextTrack('subtitles', name)
    made.mode = 'disabled'
    this.#tracks.set(name, made)
    return made
  }

  /** Text tracks made by script cannot be removed from an element: they are emptied. */
  clear(): void {
    this.show(null)
    for (const track of this.#tracks.values()) {
      track.mode = 'hidden'
      for (const cue of Array.from(track.cues ?? [])) track.removeCue(cue)
      track.mode = 'disabled'
    }
  }
}
