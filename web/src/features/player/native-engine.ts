import { t } from '../../strings/strings.ts'
import { type Engine, type EngineState, EngineStore, type EngineStats } from './engine.ts'

interface NativeAudioTrack {
  readonly label: string
  readonly language: string
  enabled: boolean
}

/** Browsers that play HLS by themselves and have no Media Source Extensions: Safari on iPhones. */
export class NativeEngine implements Engine {
  readonly kind = 'native'
  readonly #video: HTMLVideoElement
  readonly #url: string
  readonly #store = new EngineStore()
  readonly #startSec: number
  readonly #ended = new AbortController()

  constructor(video: HTMLVideoElement, url: string, startSec: number) {
    this.#video = video
    this.#url = url
    this.#startSec = startSec
    const { signal } = this.#ended
    video.addEventListener('loadedmetadata', () => this.#ready(), { signal })
    video.addEventListener('error', () => this.#failed(), { signal })
    video.textTracks.addEventListener('addtrack', () => this.#takeTracks(), { signal })
    video.src = url
  }

  get state(): EngineState {
    return this.#store.state
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener)

  chooseQuality(): void {
    // The browser decides.
  }

  chooseAudio(name: string): void {
    this.#audioTracks().forEach((track, index) => {
      track.enabled = `a${index}` === name
    })
    this.#store.set({ audio: name })
  }

  chooseSubtitle(name: string | null): void {
    this.#textTracks().forEach((track, index) => {
      track.mode = `s${index}` === name ? 'showing' : 'disabled'
    })
    this.#store.set({ subtitle: name })
  }

  retry(): void {
    this.#store.set({ fault: null })
    this.#video.src = this.#url
    this.#video.load()
  }

  stats(): EngineStats {
    return { bitRate: null, connectionBitRate: null, codecs: null }
  }

  destroy(): void {
    this.#ended.abort()
    this.#video.removeAttribute('src')
    this.#video.load()
  }

  #ready(): void {
    if (this.#startSec > 0) this.#video.currentTime = this.#startSec
    this.#takeTracks()
  }

  #takeTracks(): void {
    const audios = this.#audioTracks()
    const playing = audios.findIndex(({ enabled }) => enabled)
    this.#store.set({
      audios: audios.map((_track, index) => `a${index}`),
      audio: playing === -1 ? null : `a${playing}`,
      subtitles: this.#textTracks().map((_track, index) => `s${index}`),
      isGrowing: this.#video.duration === Number.POSITIVE_INFINITY,
    })
  }

  #audioTracks(): NativeAudioTrack[] {
    const { audioTracks } = this.#video as HTMLVideoElement & { audioTracks?: ArrayLike<NativeAudioTrack> }
    return Array.from(audioTracks ?? [])
  }

  #textTracks(): TextTrack[] {
    return Array.from(this.#video.textTracks).filter(({ kind }) => kind === 'subtitles' || kind === 'captions')
  }

  #failed(): void {
    const { error } = this.#video
    const message = error?.code === MediaError.MEDIA_ERR_NETWORK ? t.player.error.network : t.player.error.media
    this.#store.set({ fault: { code: `media-${error?.code ?? 0}`, message, why: error?.message || null } })
  }
}
