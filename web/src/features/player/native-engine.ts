import { t } from '../../strings/strings.ts'
import { type Engine, EngineStore, type EngineStats } from './engine.ts'

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
  readonly store = new EngineStore()
  readonly #ended = new AbortController()

  constructor(video: HTMLVideoElement, url: string) {
    this.#video = video
    this.#url = url
    const { signal } = this.#ended
    video.addEventListener('loadedmetadata', () => this.#takeTracks(), { signal })
    video.addEventListener('error', () => this.#failed(), { signal })
    video.textTracks.addEventListener('addtrack', () => this.#takeTracks(), { signal })
    video.src = url
  }

  chooseQuality(): void {
    // The browser decides.
  }

  chooseAudio(name: string): void {
    this.#audioTracks().forEach((track, index) => {
      track.enabled = `a${index}` === name
    })
    this.store.patch({ audio: name })
  }

  chooseSubtitle(name: string | null): void {
    this.#textTracks().forEach((track, index) => {
      track.mode = `s${index}` === name ? 'showing' : 'disabled'
    })
    this.store.patch({ subtitle: name })
  }

  retry(): void {
    this.store.patch({ fault: null })
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

  #takeTracks(): void {
    const audios = this.#audioTracks()
    const playing = audios.findIndex(({ enabled }) => enabled)
    this.store.patch({
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
    this.store.patch({ fault: { code: `media-${error?.code ?? 0}`, message, why: error?.message || null } })
  }
}
