import type { Download } from '../../../../src/surfaces/http/contract/download.ts'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { formatBytes, formatClock } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'
import { shortAddress } from './addresses.ts'

export type ShownState = keyof typeof t.downloads.states

/** The stage of a live stream: it has no end of its own and may be ended well at any time. */
const RECORDING = 'record'

/** The word for how it stands; `video` is what the library made of it, as far as that is known. */
export function shownState(
  { state, progress, failure, result }: Download,
  video?: Pick<VideoDetails, 'state'>,
): ShownState {
  if (state === 'running' && progress?.stage === RECORDING) return 'recording'
  if (state === 'waiting' && failure) return 'retrying'
  if (state !== 'done') return state
  if (video?.state === 'error') return 'noVideo'
  return result?.state === 'gaps' ? 'gaps' : 'done'
}

/** What people know it by. */
export function downloadName({ title, result, url }: Download): string {
  return result?.title || title || shortAddress(url)
}

/** 0 to 100; null where nobody knows the end. */
export function downloadPercent({ state, progress }: Download): number | null {
  if (state === 'done') return 100
  if (!progress) return state === 'running' ? null : 0
  return progress.stage === RECORDING ? null : progress.percent
}

/** What stands under the name at that moment, in parts. */
export function downloadFacts(download: Download, nowMs: number): string[] {
  const { state, attempts, result, target, failure, retryAt } = download
  const facts = result ? [formatBytes(result.byteLength)] : progressFacts(download)
  const why = state === 'waiting' ? (failure?.message ?? '') : ''
  const where = target === 'file' ? t.downloads.row.toFile : ''
  const again = retryAt ? t.downloads.row.again(formatClock((Date.parse(retryAt) - nowMs) / 1000)) : ''
  const tries = attempts > 1 ? t.downloads.row.tries(attempts) : ''
  return [...facts, why, again, where, tries].filter((part) => part !== '')
}

function progressFacts({ state, progress }: Download): string[] {
  if (!progress) return []
  // Nothing has come yet, and nothing comes now.
  const isIdleAtZero = state !== 'running' && progress.percent === 0
  const standing = [
    progress.stage === RECORDING || isIdleAtZero ? '' : t.common.percent(Math.floor(progress.percent)),
    amountOf(progress),
  ]
  const facts =
    state === 'running'
      ? [progress.stage === RECORDING ? '' : stageName(progress.stage), ...standing, ...paceOf(progress)]
      : standing
  return facts.filter((part) => part !== '')
}

function stageName(stage: string): string {
  return t.downloads.stages[stage] ?? stage
}

function paceOf({ bytesPerSec, secondsLeft, note }: NonNullable<Download['progress']>): string[] {
  return [
    bytesPerSec > 0 ? t.downloads.row.rate(formatBytes(bytesPerSec)) : '',
    secondsLeft === null ? '' : t.downloads.row.left(formatClock(secondsLeft)),
    note ?? '',
  ]
}

function amountOf({ bytes, totalBytes }: NonNullable<Download['progress']>): string {
  if (bytes === undefined) return ''
  return totalBytes ? t.downloads.row.amount(formatBytes(bytes), formatBytes(totalBytes)) : formatBytes(bytes)
}

/** Whether it stands still with something recorded that a result can be made of. */
export function canBeEnded({ state, progress }: Download): boolean {
  return (state === 'waiting' || state === 'paused' || state === 'failed') && progress?.recorded === true
}

/** Whether what is missing may still be put in: a file is made anew from there, a video has been cut without it. */
export function mayFillGaps({ state, result }: Download): boolean {
  return state === 'done' && result?.state === 'gaps' && result.hasFile
}

export function hasEnded({ state }: Download): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled'
}
