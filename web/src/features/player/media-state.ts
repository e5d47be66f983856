export interface MediaState {
  readonly paused: boolean
  readonly ended: boolean
  readonly waiting: boolean
  readonly started: boolean
  readonly currentTime: number
  /** What can be sought now; grows while the video is being made. */
  readonly endSec: number
  readonly bufferedEnd: number
  readonly volume: number
  readonly muted: boolean
  readonly rate: number
  readonly inPip: boolean
}

export const FRESH_MEDIA: MediaState = {
  paused: true,
  ended: false,
  waiting: false,
  started: false,
  currentTime: 0,
  endSec: 0,
  bufferedEnd: 0,
  volume: 1,
  muted: false,
  rate: 1,
  inPip: false,
}

const EVENTS = [
  'play',
  'pause',
  'ended',
  'playing',
  'waiting',
  'canplay',
  'seeking',
  'seeked',
  'timeupdate',
  'durationchange',
  'progress',
  'volumechange',
  'ratechange',
  'enterpictureinpicture',
  'leavepictureinpicture',
  'emptied',
]

/** Tells the state of the element after each of its events, until the function that comes back is called. */
export function watchMedia(video: HTMLVideoElement, onState: (state: MediaState) => void): () => void {
  let started = false
  const tell = ({ type }: { type: string }) => {
    if (type === 'playing') started = true
    onState(stateOf(video, started))
  }
  for (const name of EVENTS) video.addEventListener(name, tell)
  tell({ type: '' })
  return () => {
    for (const name of EVENTS) video.removeEventListener(name, tell)
  }
}

function stateOf(video: HTMLVideoElement, started: boolean): MediaState {
  const { paused, ended, currentTime, volume, muted, playbackRate, readyState, duration, seekable } = video
  const seekableEnd = seekable.length > 0 ? seekable.end(seekable.length - 1) : 0
  return {
    paused,
    ended,
    started: started || currentTime > 0,
    waiting: !paused && !ended && readyState < HTMLMediaElement.HAVE_FUTURE_DATA,
    currentTime,
    endSec: Number.isFinite(duration) ? duration : seekableEnd,
    bufferedEnd: bufferedEnd(video),
    volume,
    muted,
    rate: playbackRate,
    inPip: document.pictureInPictureElement === video,
  }
}

/** How far the bytes go from where we are. */
function bufferedEnd({ buffered, currentTime }: HTMLVideoElement): number {
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= currentTime + 0.25 && buffered.end(index) > currentTime) return buffered.end(index)
  }
  return currentTime
}
