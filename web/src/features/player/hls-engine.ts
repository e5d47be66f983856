import Hls, { type ErrorData, Events, type Level } from 'hls.js'
import workerPath from 'hls.js/dist/hls.worker.js?url'
import { CueTracks } from './cue-tracks.ts'
import { type Engine, EngineStore, type EngineStats, type Quality, trackNameOf } from './engine.ts'
import { hlsFault } from './hls-fault.ts'
import { whyNotGiven } from './why-not-given.ts'

/** Bounds what lies in memory, also through long pauses and in films of many gigabytes. */
const BUFFER = {
  maxBufferLength: 30,
  maxMaxBufferLength: 60,
  maxBufferSize: 60_000_000,
  backBufferLength: 30,
}

/** A server that starts anew: about half a minute. Failures of picture and sound are counted together. */
const PATIENCE = { maxNumRetry: 10, retryDelayMs: 1000, maxRetryDelayMs: 8000 }

/** How often the same film may be saved from a decoder's fault before we say so. */
const MAX_RECOVERIES = 2

/** hls.js in front of Media Source Extensions. */
export class HlsEngine implements Engine {
  readonly kind = `hls.js ${Hls.version}`
  readonly #hls: Hls
  readonly store = new EngineStore()
  readonly #cues: CueTracks
  readonly #url: string
  #recoveries = 0
  #isAskingWhy = false

  constructor(video: HTMLVideoElement, url: string) {
    this.#url = url
    this.#cues = new CueTracks(video)
    this.#hls = new Hls({
      ...BUFFER,
      fragLoadPolicy: { default: { ...Hls.DefaultConfig.fragLoadPolicy.default, errorRetry: PATIENCE } },
      workerPath,
      // A growing list would begin near its end.
      startPosition: 0,
      renderTextTracksNatively: false,
      testBandwidth: false,
    })
    this.#listen()
    this.#hls.loadSource(url)
    this.#hls.attachMedia(video)
  }

  chooseQuality(id: string): void {
    this.#hls.nextLevel = id === 'auto' ? -1 : Number(id)
    this.store.patch({ quality: id })
  }

  chooseAudio(name: string): void {
    const option = this.#hls.allAudioTracks.find(({ url }) => trackNameOf(url) === name)
    if (option && this.store.get().audio !== name) this.#hls.setAudioOption(option)
    this.store.patch({ audio: name })
  }

  chooseSubtitle(name: string | null): void {
    const index = this.#hls.subtitleTracks.findIndex(({ url }) => trackNameOf(url) === name)
    this.#hls.subtitleTrack = index
    this.#cues.show(index === -1 ? null : name)
    this.store.patch({ subtitle: index === -1 ? null : name })
  }

  retry(): void {
    this.#recoveries = 0
    this.store.patch({ fault: null, trouble: null })
    if (this.#hls.levels.length === 0) this.#hls.loadSource(this.#url)
    else {
      this.#hls.startLoad()
      this.#hls.recoverMediaError()
    }
  }

  stats(): EngineStats {
    const level = this.#hls.levels[this.#hls.currentLevel]
    return {
      bitRate: level?.averageBitrate || level?.bitrate || null,
      connectionBitRate: this.#hls.bandwidthEstimate || null,
      codecs: level ? [level.videoCodec, level.audioCodec].filter(Boolean).join(', ') : null,
    }
  }

  destroy(): void {
    this.#hls.destroy()
    this.#cues.clear()
  }

  #listen(): void {
    const hls = this.#hls
    hls.on(Events.MANIFEST_PARSED, () => this.#takeTracks())
    hls.on(Events.AUDIO_TRACKS_UPDATED, () => this.#takeTracks())
    hls.on(Events.SUBTITLE_TRACKS_UPDATED, () => this.#takeTracks())
    hls.on(Events.AUDIO_TRACK_SWITCHED, (_event, { url }) => this.store.patch({ audio: trackNameOf(url) }))
    hls.on(Events.LEVEL_SWITCHED, (_event, { level }) => this.store.patch({ playingQuality: String(level) }))
    hls.on(Events.LEVEL_LOADED, (_event, { details }) => this.store.patch({ isGrowing: details.live }))
    hls.on(Events.CUES_PARSED, (_event, { cues, subtitleTrack }) => {
      this.#cues.add(trackNameOf(subtitleTrack?.url), cues)
    })
    hls.on(Events.FRAG_LOADED, () => this.store.get().trouble && this.store.patch({ trouble: null }))
    hls.on(Events.ERROR, (_event, data) => this.#fault(data))
  }

  #takeTracks(): void {
    const hls = this.#hls
    const audio = hls.audioTracks[hls.audioTrack]
    const audios = [...new Set(hls.allAudioTracks.map(({ url }) => trackNameOf(url)))].filter(Boolean)
    this.store.patch({
      qualities: qualitiesOf(hls.levels),
      audios,
      ...(audio && { audio: trackNameOf(audio.url) }),
      subtitles: hls.subtitleTracks.map(({ url }) => trackNameOf(url)),
    })
  }

  #fault(data: ErrorData): void {
    if (data.type === 'networkError') void this.#askWhy(data.frag?.url ?? data.url)
    if (!data.fatal) return
    const isOfDecoder = data.type === 'mediaError' && data.details !== 'manifestIncompatibleCodecsError'
    if (isOfDecoder && this.#recoveries++ < MAX_RECOVERIES) {
      this.#hls.recoverMediaError()
      return
    }
    this.store.patch({ fault: hlsFault(data) })
  }

  /** hls.js tells a status only; the server says what is wrong and what mends it. */
  async #askWhy(address: string | undefined): Promise<void> {
    if (!address || this.#isAskingWhy || this.store.get().trouble) return
    this.#isAskingWhy = true
    this.store.patch({ trouble: await whyNotGiven(address) })
    this.#isAskingWhy = false
  }
}

/** A picture that comes with several groups of voices stands once in the menu. */
function qualitiesOf(levels: readonly Level[]): Quality[] {
  const seen = new Set<string>()
  return levels.flatMap(({ height, bitrate, url }, index) => {
    const key = trackNameOf(url[0]) || `${height} ${bitrate}`
    if (seen.has(key)) return []
    seen.add(key)
    return [{ id: String(index), height: height || null, bitRate: bitrate }]
  })
}
