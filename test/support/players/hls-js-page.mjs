/**
 * Runs in the browser, beside hls.js: one film in one video element, with the answers that tests ask for. Every function
 * of `window.film` resolves with plain data.
 */
const video = document.querySelector('video')
const canvas = document.createElement('canvas')
const LIMIT_MS = 10_000

const hls = new Hls({ enableWorker: true, maxBufferLength: 600, startPosition: 0 })
const errors = []
let bufferedVoice = -1
hls.on(Hls.Events.FRAG_BUFFERED, (_, { frag }) => {
  if (frag.type === 'audio') bufferedVoice = frag.level
})
hls.on(Hls.Events.AUDIO_TRACK_SWITCHING, () => {
  bufferedVoice = -1
})
hls.on(Hls.Events.ERROR, (_, { type, details, fatal, error, reason }) =>
  errors.push(`${fatal ? 'fatal ' : ''}${type} ${details} ${reason ?? error?.message ?? ''}`),
)
video.addEventListener('error', () => errors.push(`media element: ${video.error?.code} ${video.error?.message}`))

window.film = {
  async open(url) {
    const parsed = once(hls, Hls.Events.MANIFEST_PARSED)
    hls.loadSource(url)
    hls.attachMedia(video)
    await Promise.race([parsed, once(hls, Hls.Events.ERROR)])
    if (errors.length === 0) await until(() => video.readyState >= 2 || errors.length > 0, 'first picture or sound')
    return {
      durationSec: video.duration,
      width: video.videoWidth,
      height: video.videoHeight,
      levels: hls.levels.map(({ videoCodec, audioCodec }) => [videoCodec, audioCodec].filter(Boolean).join(',')),
      audioTracks: hls.audioTracks.map(({ name, lang }) => ({ name, lang: lang ?? '' })),
      subtitleTracks: hls.subtitleTracks.map(({ name, lang, default: isDefault, forced }) => ({
        name,
        lang: lang ?? '',
        isDefault,
        forced: forced === true,
      })),
    }
  },

  /** Plays from the beginning to the end; counts pictures rightly only as the first thing that is done with a film. */
  async play(rate) {
    video.muted = true
    await seek(0)
    video.playbackRate = rate
    await start()
    await until(
      () => video.ended || errors.some((line) => !line.includes('bufferStalledError')),
      'end',
      LIMIT_MS + (2000 * video.duration) / rate,
    )
    const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality()
    video.pause()
    return {
      ended: video.ended,
      atSec: video.currentTime,
      frames: totalVideoFrames,
      dropped: droppedVideoFrames,
      holes: holes(),
    }
  },

  /** Goes to each place and says which picture stands there: its time, and the number that stands in it. */
  async seekAndLook(places, block, bits) {
    const seen = []
    for (const wantedSec of places) {
      const pictureSec = await pictureAfterSeek(wantedSec)
      seen.push({ wantedSec, atSec: video.currentTime, pictureSec, number: readNumber(block, bits) })
    }
    return seen
  },

  /** Changes the voice while the film plays, and measures the loudest tone of the new one. */
  async listenTo(index) {
    await seek(2.2)
    if (hls.audioTrack !== index) {
      hls.audioTrack = index
      await until(() => bufferedVoice === index, `sound of voice ${index}`)
      await until(() => video.readyState >= 3, 'sound at 2.2')
    }
    video.playbackRate = 1
    video.muted = false
    await start()
    const hertz = await loudestTone()
    video.pause()
    return { audioTrack: hls.audioTrack, hertz }
  },

  /** Turns a subtitle track on and resolves with its cues when there are so many. */
  async readCues(index, count) {
    hls.subtitleDisplay = true
    hls.subtitleTrack = index
    const { name } = hls.subtitleTracks[index]
    const track = () => [...video.textTracks].find(({ label }) => label === name)
    await until(() => (track()?.cues?.length ?? 0) >= count || errors.length > 0, `cues of ${name}`)
    return [...(track()?.cues ?? [])].map(({ startTime, endTime, text }) => [startTime, endTime, text])
  },

  errors: () => errors,
}

function once(target, event) {
  return new Promise((resolve) => target.once(event, (_, data) => resolve(data)))
}

async function until(isTrue, what, limitMs = LIMIT_MS) {
  const endMs = performance.now() + limitMs
  while (!isTrue()) {
    if (performance.now() > endMs) {
      errors.push(`waited in vain for ${what}: ${JSON.stringify(state())}`)
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Without anything to play `play()` never resolves. */
async function start() {
  let playing = false
  const started = video.play().then(
    () => {
      playing = true
    },
    (error) => errors.push(`play(): ${error.message}`),
  )
  await Promise.race([started, until(() => playing || errors.length > 0, 'start')])
}

function state() {
  const { currentTime, duration, readyState, seeking, paused, buffered } = video
  const ranges = Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)])
  return { currentTime, duration, readyState, seeking, paused, ranges }
}

/** Parts of the film that are not in the buffer, though all was loaded. */
function holes() {
  const ranges = video.buffered
  return Array.from({ length: Math.max(0, ranges.length - 1) }, (_, i) => [ranges.end(i), ranges.start(i + 1)])
}

async function seek(toSec) {
  if (Math.abs(video.currentTime - toSec) < 1e-6 && !video.seeking) return
  video.currentTime = toSec
  await until(() => !video.seeking && video.readyState >= 2, `seek to ${toSec}`)
}

/** The time of the picture that is shown after a seek, null when the film has none. */
async function pictureAfterSeek(toSec) {
  if (video.videoWidth === 0) return await seek(toSec).then(() => null)
  let shownSec = null
  const shown = (_, { mediaTime }) => {
    shownSec = mediaTime
  }
  const handle = video.requestVideoFrameCallback(shown)
  await seek(toSec)
  await until(() => shownSec !== null, `picture at ${toSec}`)
  video.cancelVideoFrameCallback(handle)
  return shownSec
}

/** The number in the corner of the picture, read out of its blocks. */
function readNumber(block, bits) {
  if (video.videoWidth === 0) return null
  canvas.width = video.videoWidth
  canvas.height = video.videoHeight
  const context = canvas.getContext('2d', { willReadFrequently: true })
  context.drawImage(video, 0, 0)
  let number = 0
  for (let bit = 0; bit < bits; bit++) {
    const [red] = context.getImageData(bit * block + block / 2, block / 2, 1, 1).data
    if (red > 127) number += 2 ** bit
  }
  return number
}

let analyser = null

async function loudestTone() {
  if (!analyser) {
    const context = new AudioContext()
    await context.resume()
    analyser = context.createAnalyser()
    analyser.fftSize = 8192
    analyser.smoothingTimeConstant = 0
    context.createMediaElementSource(video).connect(analyser)
  }
  const levels = new Float32Array(analyser.frequencyBinCount)
  const loudest = () => {
    analyser.getFloatFrequencyData(levels)
    return levels.indexOf(Math.max(...levels))
  }
  await until(() => video.currentTime > 2.6, 'sound')
  return (loudest() * analyser.context.sampleRate) / analyser.fftSize
}
