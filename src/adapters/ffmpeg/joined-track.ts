import { sameCoding } from '#lib/containers/iso-bmff/same-coding.ts'
import type { ContainerTrack, Sample, SampleBatch } from '#lib/containers/sample.ts'
import { PayloadCursor } from '#lib/containers/segmenter/payload-cursor.ts'
import type { CodedBatch } from '#lib/containers/segmenter/track-segmenter.ts'

/**
 * Sound that begins more than this before the first picture of the film is left out: what comes before the first key frame
 * of a broadcast.
 */
const EARLY_SOUND_SEC = 0.5

/** One track that is put together of the samples of several stretches, each with times, ticks and parameters of its own. */
export class JoinedTrack {
  /** As the first stretch describes it; its timescale is that of all samples. */
  readonly track: ContainerTrack
  #source: ContainerTrack
  /** Seconds that bring source times to presentation time. */
  #shiftSec = 0
  #lastDts = Number.NEGATIVE_INFINITY
  #endPts = Number.NEGATIVE_INFINITY
  #isAtBeginning = true
  #entry: Uint8Array | undefined

  constructor(track: ContainerTrack) {
    this.track = track
    this.#source = track
  }

  /** How far it reaches. */
  get endSec(): number {
    return this.#endPts / this.track.timescale
  }

  /** Samples that come from now on are of another stretch. Says whether the track's own description still holds. */
  begin(source: ContainerTrack, shiftSec: number): boolean {
    const isSame = sameCoding(source, this.track)
    this.#source = source
    this.#shiftSec = shiftSec
    this.#isAtBeginning = true
    this.#entry = isSame ? undefined : source.sampleEntry
    return isSame
  }

  /** Presentation time of a sample of the stretch that runs. */
  secOf({ pts }: Sample): number {
    return pts / this.#source.timescale + this.#shiftSec
  }

  /** The batch in ticks of the joined track; null when nothing of it is left. */
  add(batch: SampleBatch): CodedBatch | null {
    const cursor = new PayloadCursor(batch.payload)
    const samples: Sample[] = []
    const payload: Uint8Array[] = []
    for (const original of batch.samples) {
      const sample = this.#moved(original)
      const bytes = cursor.take(sample.size)
      if (this.#isTooEarly(sample)) continue
      this.#isAtBeginning = false
      const dts = Math.max(sample.dts, this.#lastDts + 1)
      this.#lastDts = dts
      this.#endPts = Math.max(this.#endPts, sample.pts + sample.duration)
      samples.push({ ...sample, dts })
      payload.push(...bytes)
    }
    if (samples.length === 0) return null
    return { trackId: this.track.id, samples, payload, ...(this.#entry && { sampleEntry: this.#entry }) }
  }

  /** Where two stretches overlap, sound is heard once: what is there already stays. */
  #isTooEarly({ pts, duration }: Sample): boolean {
    if (this.track.kind !== 'audio') return false
    const overlaps = this.#isAtBeginning && pts < this.#endPts - duration / 2
    return overlaps || pts < -EARLY_SOUND_SEC * this.track.timescale
  }

  #moved(sample: Sample): Sample {
    const { timescale } = this.track
    const shiftTicks = Math.round(this.#shiftSec * timescale)
    if (this.#source.timescale === timescale) {
      return { ...sample, dts: sample.dts + shiftTicks, pts: sample.pts + shiftTicks }
    }
    const rescaled = (ticks: number) => Math.round((ticks * timescale) / this.#source.timescale)
    const dts = rescaled(sample.dts)
    return {
      ...sample,
      dts: dts + shiftTicks,
      pts: rescaled(sample.pts) + shiftTicks,
      duration: rescaled(sample.dts + sample.duration) - dts,
    }
  }
}
