import type { Sample } from '../sample.ts'

/** The lifted pictures keep this distance; sixteen of them, the most that are ever reordered, fit before the second picture. */
const STEP_SEC = 0.001

/**
 * Lets a video track be decoded not earlier than its first picture is shown. Reordered pictures are due for decoding
 * earlier than that, and hls.js takes the first decode time for the start of the film: all of it, the subtitles too, would
 * come two or three pictures late. An edit list tells VLC and GStreamer nothing, and offsets below zero move the picture in ffmpeg;
 * so only the first pictures, as many as are reordered, are told to be decoded closer together. What is shown when stays.
 */
export class DecodeTimeLift {
  readonly #stepTicks: number
  #due: number | undefined
  #last = Number.NEGATIVE_INFINITY
  #done = false

  constructor(timescale: number) {
    this.#stepTicks = Math.max(1, Math.floor(STEP_SEC * timescale))
  }

  /** For the samples of a track from its first on. */
  lifted(sample: Sample): Sample {
    if (this.#done) return sample
    this.#due = this.#due === undefined ? sample.pts : this.#due + this.#stepTicks
    const dts = Math.max(sample.dts, this.#last, Math.min(this.#due, sample.pts))
    this.#last = dts
    this.#done = dts === sample.dts
    return this.#done ? sample : { ...sample, dts }
  }
}
