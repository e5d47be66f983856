import {
  AddressRefusedError,
  AnswerTooLargeError,
  CancelledError,
  type ProductError,
  RemoteUnreachableError,
  ToolFailedError,
} from '#domain/errors.ts'
import { cleanText } from './clean-text.ts'
import { pageError } from './page-errors.ts'
import type { YtdlpEnd } from './run-ytdlp.ts'
import { UPDATE } from './ytdlp-version.ts'

const MAX_QUOTED_CHARACTERS = 300

/** Why a run gave nothing. What was not let through decides: all else that is said follows from it. */
export function failureOf(end: YtdlpEnd, version: string): ProductError {
  const [first] = end.refused
  if (first !== undefined) {
    const why = `${first.target}: ${first.why}`
    return new AddressRefusedError('The page leads to an address that is not opened.', {
      why: cleanText(why, MAX_QUOTED_CHARACTERS),
    })
  }
  return pageError(end.stderr, { version, cookiesAgeDays: end.cookiesAgeDays }, end.redact) ?? runError(end)
}

/** A run that ended badly without a word about the page. */
function runError(how: YtdlpEnd): ProductError {
  if (how.stopped === 'aborted' || how.stopped === 'disposed') return new CancelledError('The run was called off.')
  if (how.stopped === 'time-limit' || how.stopped === 'stalled') {
    return new RemoteUnreachableError('The site took too long.', {
      why: 'yt-dlp made no progress any more.',
      fix: 'Try again later.',
    })
  }
  const why = cleanText(
    how.stderr
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-2)
      .map(how.redact)
      .join(' · '),
    MAX_QUOTED_CHARACTERS,
  )
  return new ToolFailedError('yt-dlp failed.', {
    why: why === '' ? `It ended with ${how.endSignal ?? how.exitCode}.` : why,
    fix: UPDATE,
  })
}

/** What it told of a page is longer than is read. */
export function answerTooLarge(): ProductError {
  return new AnswerTooLargeError('The page says more than is read here.', { fix: 'Give the address of one video.' })
}
