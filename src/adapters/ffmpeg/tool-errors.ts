import {
  CancelledError,
  MediaDamagedError,
  MediaRefusedError,
  NoSpaceError,
  NotMediaError,
  type ProductError,
  ToolFailedError,
} from '#domain/errors.ts'
import type { ProcessEnd } from '#lib/process/start-process.ts'
import { MAX_PIXELS } from './input-options.ts'

/**
 * What the end of a run means in our own terms. To be asked when it did not end well. The child's own words only ever
 * stand in `why`, shortened and without control characters.
 */
export function toolError({ exitCode, endSignal, stderr, stopped }: ProcessEnd, doing: string): ProductError {
  if (stopped === 'aborted' || stopped === 'disposed') return new CancelledError(`${doing} was called off.`)
  const cause = causeIn(stderr, doing)
  if (cause !== null) return cause
  const why = [HOW_STOPPED[stopped ?? 'ended'] ?? `It ended with ${endSignal ?? exitCode}.`, lastWords(stderr)]
  return new ToolFailedError(`${doing} failed.`, { why: why.filter((part) => part !== '').join(' ') })
}

/** The first known cause that a run complained of, or null. */
export function causeIn(stderr: string, doing = 'Reading the file'): ProductError | null {
  for (const { says, error } of MEANINGS) {
    const match = says.exec(stderr)
    if (match !== null) return error(match[1] ?? '', doing)
  }
  return null
}

/** The codec that the list of decoders refused, or null when that was not the cause. */
export function refusedCodec(stderr: string): string | null {
  return REFUSED_CODEC.exec(stderr)?.[1] ?? null
}

const REFUSED_CODEC = /Codec \(([\w.-]+)\) not on whitelist/

interface Meaning {
  readonly says: RegExp
  readonly error: (detail: string, doing: string) => ProductError
}

/** In order: what is said first decides. "Cannot allocate memory" is what ffmpeg ends with after `max_streams`. */
const MEANINGS: readonly Meaning[] = [
  {
    says: REFUSED_CODEC,
    error: (codec) =>
      new MediaRefusedError(`The file uses a codec that is not allowed here: ${codec}.`, {
        why: 'Only decoders on a list that is kept for safety may open files.',
        fix: 'Convert the file to H.264 and AAC first, or ask for the codec to be added with a sample file.',
      }),
  },
  {
    says: /Format not on whitelist/,
    error: () =>
      new NotMediaError('The file is not what it begins like.', {
        why: 'Its first bytes are those of a video container, what follows is something else.',
      }),
  },
  {
    says: /exceeds max_streams|Number of streams exceeds/,
    error: () =>
      new MediaRefusedError('The file has too many streams.', {
        why: 'More than 64 are not opened.',
        fix: 'Keep those that matter: ffmpeg -i FILE -map 0:v:0 -map 0:a:0 -c copy NEW.mkv.',
      }),
  },
  {
    says: /Picture size (\d+x\d+) is invalid|exceeds specified max pixel count|Invalid dimensions/,
    error: tooLarge,
  },
  {
    says: /No space left on device/,
    error: (_, doing) => new NoSpaceError(`${doing} ran out of space.`),
  },
  {
    says: /moov atom not found/,
    error: () =>
      new MediaDamagedError('The file is cut short or was never finished.', {
        why: 'Its table of contents (moov) is missing, without which nothing in it can be found.',
        fix: 'Get the whole file, or repair it with the camera or program that wrote it.',
      }),
  },
  {
    says: /Invalid data found when processing input|EBML header parsing failed|could not find codec parameters/i,
    error: () =>
      new MediaDamagedError('The file cannot be read.', {
        why: 'It begins like a video but what follows does not fit together.',
        fix: 'Get the file again.',
      }),
  },
  {
    says: /Cannot allocate memory/,
    error: (_, doing) =>
      new MediaRefusedError(`${doing} needs more memory than we allow.`, { why: 'The limit keeps the server alive.' }),
  },
]

/** A picture over the limit; `size` as `1920x1080`, or empty when nobody said. */
export function tooLarge(size: string): MediaRefusedError {
  const why = `${size === '' ? 'It' : `A picture of ${size}`} is over the limit of ${MAX_PIXELS / 1e6} million pixels.`
  return new MediaRefusedError('The picture is too large.', { why })
}

const HOW_STOPPED: Readonly<Record<string, string>> = {
  'time-limit': 'It took longer than we allow.',
  stalled: 'It made no progress any more.',
}

const MAX_QUOTED_CHARACTERS = 300

/** The last lines of stderr, as they may be shown to a person. */
export function lastWords(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).map(printable)
  const words = lines.filter((line) => line !== '').slice(-3)
  return words.join(' · ').slice(-MAX_QUOTED_CHARACTERS)
}

/** Without control and formatting characters and without addresses in memory (`[mov @ 0x55d0]` becomes `[mov]`). */
export function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/ @ 0x[0-9a-f]+/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Complaints of a run that went to its end but could not read all; null when there were none of that kind. */
export function damageIn(stderr: string): string | null {
  return DAMAGE.test(stderr) ? lastWords(stderr) : null
}

const DAMAGE = /partial file|File ended prematurely|Truncating packet|truncated|Invalid NAL unit size|corrupt/i
