import { rememberTaste } from './player-memory.ts'

const MIN_RATE = 0.25
const MAX_RATE = 3
export const RATES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3]

/** What buttons, keys and touches do with the element. */
export class PlayerActions {
  readonly #video: HTMLVideoElement
  readonly #frame: HTMLElement

  /** `frame`: what goes to full screen, controls and all. */
  constructor(video: HTMLVideoElement, frame: HTMLElement) {
    this.#video = video
    this.#frame = frame
  }

  toggle(): void {
    if (this.#video.paused) this.play()
    else this.#video.pause()
  }

  play(): void {
    if (this.#video.ended) this.#video.currentTime = 0
    // Refused when the page may not start sound by itself; the button is still there.
    this.#video.play().catch(() => undefined)
  }

  seek(sec: number): void {
    this.#video.currentTime = Math.min(Math.max(0, sec), Math.max(0, this.#end() - 0.05))
  }

  skip(sec: number): void {
    this.seek(this.#video.currentTime + sec)
  }

  seekShare(share: number): void {
    this.seek(this.#end() * share)
  }

  /** One frame on or back. */
  step(frames: number, frameRate: number | null): void {
    this.#video.pause()
    this.skip(frames / (frameRate ?? 25))
  }

  setVolume(volume: number): number {
    this.#video.volume = Math.min(1, Math.max(0, Math.round(volume * 100) / 100))
    this.#video.muted = false
    rememberTaste({ volume: this.#video.volume, muted: false })
    return this.#video.volume
  }

  changeVolume(by: number): number {
    return this.setVolume(this.#video.volume + by)
  }

  toggleMute(): boolean {
    this.#video.muted = !this.#video.muted
    rememberTaste({ muted: this.#video.muted })
    return this.#video.muted
  }

  setRate(rate: number): number {
    this.#video.preservesPitch = true
    this.#video.playbackRate = Math.min(MAX_RATE, Math.max(MIN_RATE, rate))
    return this.#video.playbackRate
  }

  changeRate(by: number): number {
    return this.setRate(this.#video.playbackRate + by)
  }

  async togglePip(): Promise<void> {
    if (document.pictureInPictureElement) await document.exitPictureInPicture()
    else await this.#video.requestPictureInPicture?.()
  }

  async toggleFullscreen(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen()
    else if (this.#frame.requestFullscreen) await this.#frame.requestFullscreen()
    // iPhones give full screen to the element only, with controls of their own.
    else (this.#video as HTMLVideoElement & { webkitEnterFullscreen?(): void }).webkitEnterFullscreen?.()
  }

  /** Starts of chapters in seconds; goes to the next, or to the beginning of this one, or of the one before. */
  toChapter(direction: 1 | -1, starts: readonly number[]): void {
    const now = this.#video.currentTime
    const target =
      direction === 1 ? starts.find((start) => start > now + 0.5) : starts.findLast((start) => start < now - 2)
    this.seek(target ?? (direction === 1 ? this.#end() : 0))
  }

  #end(): number {
    const { duration, seekable } = this.#video
    if (Number.isFinite(duration)) return duration
    return seekable.length > 0 ? seekable.end(seekable.length - 1) : 0
  }
}
