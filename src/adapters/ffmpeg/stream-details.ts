import type { ProbeReport, ReportedStream } from './probe-report.ts'

/** Facts on a stream that only we need. */
export interface StreamDetails {
  /** Numerator 1 or more: seconds per tick of the container's times. */
  readonly timeBase: { readonly num: number; readonly den: number }
  /** Null when the container does not say. */
  readonly durationSec: number | null
  /** The track's own number in the container (`tkhd.track_ID`); null where it has none. */
  readonly containerId: number | null
  /** Which of the streams of its kind it is, from 0, covers not counted; null for covers. */
  readonly ordinal: number | null
}

export function streamDetailsOf({ streams }: ProbeReport): ReadonlyMap<number, StreamDetails> {
  const counts = new Map<string, number>()
  return new Map(
    streams.map((stream) => [
      stream.index,
      {
        ordinal: ordinalOf(stream, counts),
        timeBase: timeBaseOf(stream),
        durationSec: stream.duration ?? taggedDuration(stream),
        containerId: stream.id === undefined ? null : Number.parseInt(stream.id, 16),
      },
    ]),
  )
}

function ordinalOf({ codec_type: kind = '', disposition }: ReportedStream, counts: Map<string, number>): number | null {
  if (disposition?.attached_pic === 1) return null
  const ordinal = counts.get(kind) ?? 0
  counts.set(kind, ordinal + 1)
  return ordinal
}

function timeBaseOf({ time_base: written = '' }: ReportedStream): StreamDetails['timeBase'] {
  const [num = 0, den = 0] = written.split('/').map(Number)
  return num > 0 && den > 0 ? { num, den } : { num: 1, den: 90_000 }
}

/** Programs that write Matroska leave the length of each track in a tag: `00:21:03.456000000`. */
function taggedDuration({ tags }: ReportedStream): number | null {
  const match = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)/.exec(tags?.DURATION ?? '')
  if (match === null) return null
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(Number)
  return hours * 3600 + minutes * 60 + seconds
}
