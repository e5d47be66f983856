import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { formatBytes, formatClock } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'
import type { UploadRow } from './uploads.ts'

export const STAGES = ['send', 'probe', 'cut', 'store', 'ready'] as const
export type Stage = (typeof STAGES)[number]

/** The words of the server's stages -> those that people see. */
const STAGE_OF: Readonly<Record<string, Stage>> = {
  probe: 'probe',
  index: 'probe',
  cut: 'cut',
  store: 'store',
  publish: 'store',
}

/** Where the file is on its way. */
export function stageOf(row: UploadRow, video: VideoDetails | undefined): Stage {
  if (row.phase !== 'sent') return 'send'
  if (video?.state === 'active') return 'ready'
  return STAGE_OF[video?.progress?.stage ?? ''] ?? 'probe'
}

/** Of the part that runs now: sending, then making; null while it cannot be said. */
export function uploadPercent(row: UploadRow, video: VideoDetails | undefined): number | null {
  if (row.phase !== 'sent') return row.byteLength === 0 ? 0 : (row.sentBytes / row.byteLength) * 100
  if (video?.state === 'active') return 100
  return video?.progress?.percent ?? null
}

/** What stands under the name, in one line. */
export function uploadLine(row: UploadRow, video: VideoDetails | undefined): string {
  return (row.phase === 'sent' ? makingParts(row, video) : sendingParts(row)).filter(Boolean).join(' · ')
}

function sendingParts({ phase, sentBytes, byteLength, bytesPerSec, isCut, resumedAtBytes }: UploadRow): string[] {
  const amount = t.upload.sending(formatBytes(sentBytes), formatBytes(byteLength))
  if (phase === 'waiting') return [t.upload.waiting, formatBytes(byteLength)]
  if (phase === 'paused') return [t.upload.paused, amount]
  if (phase === 'sending' && isCut) return [t.upload.cut, amount]
  const leftSec = bytesPerSec > 0 ? (byteLength - sentBytes) / bytesPerSec : null
  return [
    t.common.percent(byteLength === 0 ? 0 : Math.floor((sentBytes / byteLength) * 100)),
    amount,
    bytesPerSec > 0 ? t.upload.rate(formatBytes(bytesPerSec)) : '',
    leftSec === null || phase === 'failed' ? '' : t.upload.left(formatClock(leftSec)),
    resumedAtBytes === null ? '' : t.upload.resumed(Math.floor((resumedAtBytes / byteLength) * 100)),
  ]
}

function makingParts({ byteLength }: UploadRow, video: VideoDetails | undefined): string[] {
  if (!video) return [t.upload.queued, formatBytes(byteLength)]
  if (video.state === 'active') return [t.upload.ready, formatClock(video.durationSec ?? 0), formatBytes(byteLength)]
  if (video.state === 'error') return [formatBytes(byteLength)]
  return [...progressParts(video), video.playableSec > 0 ? t.upload.playable(formatClock(video.playableSec)) : '']
}

function progressParts({ progress, job }: VideoDetails): string[] {
  // Tried and put off.
  if (job?.state === 'waiting' && job.failure) return [job.failure.message]
  if (!progress) return [t.upload.queued]
  return [
    t.common.percent(progress.percent),
    progress.bytesPerSec > 0 ? t.upload.rate(formatBytes(progress.bytesPerSec)) : '',
    progress.note ?? (progress.secondsLeft === null ? '' : t.upload.left(formatClock(progress.secondsLeft))),
  ]
}
