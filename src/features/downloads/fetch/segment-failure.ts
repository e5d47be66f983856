import {
  type ProductError,
  RemoteBrokenError,
  RemoteRefusedError,
  RemoteUnreachableError,
  SegmentMissingError,
} from '#domain/errors.ts'
import type { SegmentWish } from '../hls/segment-wish.ts'
import { shownAddress } from '#domain/shown-address.ts'

/** What failed, named: number, time and address of the segment. Errors that have nothing to do with it stay as they are. */
export function segmentFailure(error: unknown, wish: SegmentWish): unknown {
  const name = segmentName(wish)
  if (error instanceof RemoteRefusedError && (error.status === 404 || error.status === 410)) {
    return new SegmentMissingError(`${name} is missing.`, {
      why: error.status === 404 ? 'The server does not have it (404).' : 'The server has it no more (410).',
      fix: 'Allow gaps to download the rest without it.',
      cause: error,
    })
  }
  const details = (cause: ProductError) => ({
    why: [cause.message, cause.why].filter((part) => part !== undefined).join(' '),
    ...(cause.fix !== undefined && { fix: cause.fix }),
    cause,
  })
  if (error instanceof RemoteRefusedError) {
    const { status, retryAfterMs } = error
    return new RemoteRefusedError(`${name} was refused.`, status, { ...details(error), retryAfterMs })
  }
  if (error instanceof RemoteBrokenError) return new RemoteBrokenError(`${name} did not come whole.`, details(error))
  if (error instanceof RemoteUnreachableError)
    return new RemoteUnreachableError(`${name} was not reached.`, details(error))
  return error
}

/** Whether the stream may do without it when gaps are allowed: the fault is that of the segment, not of the way to it. */
export function mayBeGap(failure: unknown): boolean {
  return (
    failure instanceof SegmentMissingError ||
    failure instanceof RemoteBrokenError ||
    (failure instanceof RemoteRefusedError && failure.status !== 429 && failure.status !== 503)
  )
}

/** `Segment 17 of main at 1:08 (http://…/17.ts)`. */
export function segmentName({ rendition, msn, startSec, url }: SegmentWish): string {
  const whole = Math.floor(startSec)
  const minutes = Math.floor(whole / 60) % 60
  const hours = Math.floor(whole / 3600)
  const two = (value: number) => String(value).padStart(2, '0')
  const time = hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
  return `Segment ${msn} of ${rendition} at ${time} (${shownAddress(url)})`
}
