import type { DownloadGap, DownloadResult } from '#domain/download.ts'
import type { JobProgress } from '#domain/job-queue.ts'
import type { CliLinks } from './cli-ports.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { count, formatBar, formatBytes, formatDuration } from './format-values.ts'
import type { Terminal } from './terminal.ts'

/** Shows progress as it comes; the same twice is shown once, for it is asked for more often than it changes. */
export function progressShower(url: string, terminal: Terminal): (progress: JobProgress) => void {
  let last = ''
  return (progress) => {
    const text = JSON.stringify(progress)
    if (text === last) return
    last = text
    showProgress(progress, url, terminal)
  }
}

/** One line that moves; a line of JSON for programs. */
function showProgress(progress: JobProgress, url: string, terminal: Terminal): void {
  const { stage, percent, bytes, totalBytes, bytesPerSec, secondsLeft, note } = progress
  terminal.data({
    v: 1,
    type: 'status',
    url,
    stage,
    percent,
    bytes,
    totalBytes,
    bytesPerSec,
    secondsLeft,
    note,
  })
  terminal.status(downloadLine(progress))
}

/** `━━━━━╸──── 62 %  1.4 GB/2.3 GB  11.2 MB/s  1:12 left  download`; no bar where nobody knows the end. */
function downloadLine(progress: JobProgress): string {
  const { stage, percent, bytes, totalBytes, bytesPerSec, secondsLeft, note } = progress
  const isOpen = stage === RECORDING
  const parts = [
    isOpen ? '●' : `${formatBar(percent, 20)} ${String(Math.round(percent)).padStart(3)} %`,
    bytes === undefined ? '' : formatBytes(bytes) + (totalBytes ? `/${formatBytes(totalBytes)}` : ''),
    bytesPerSec > 0 ? `${formatBytes(bytesPerSec)}/s` : '',
    secondsLeft === null ? '' : `${formatDuration(secondsLeft)} left`,
    note ?? stage,
  ]
  return parts.filter((part) => part !== '').join('  ')
}

/** The stage of a live stream that is being recorded: it has no end of its own, and may be ended well at any time. */
export const RECORDING = 'record'

/** What became of it; 3 when something is missing. */
export function showDownloadResult(
  result: DownloadResult,
  { url, links }: { readonly url: string; readonly links: CliLinks | null },
  terminal: Terminal,
): ExitCode {
  const { title, byteLength, sha256, gaps, videoId, path, notes, kind, state } = result
  for (const gap of gaps) {
    terminal.data({ v: 1, type: 'warning', url, code: 'gap', ...gap })
    terminal.warn(`! ${gapWords(gap)}`)
  }
  terminal.data({
    v: 1,
    type: 'summary',
    url,
    state,
    kind,
    title,
    bytes: byteLength,
    sha256,
    gaps,
    videoId,
    links,
    path,
    notes,
  })
  terminal.print(path ?? `${title}  (${videoId})`)
  if (links) terminal.print(`  local     ${links.local}`)
  if (links?.public) terminal.print(`  public    ${links.public}`)
  terminal.print(`  size      ${formatBytes(byteLength)}`)
  if (sha256) terminal.print(`  sha256    ${sha256}`)
  if (gaps.length > 0) terminal.print(`  missing   ${count(gaps.length, 'gap')}, told above`)
  for (const note of notes) terminal.print(`  note      ${note}`)
  return gaps.length > 0 ? EXIT.partly : EXIT.done
}

function gapWords({ rendition, msn, count: segments, startSec, durationSec, why }: DownloadGap): string {
  const where = `${formatDuration(startSec)} to ${formatDuration(startSec + durationSec)}`
  return `${count(segments, 'segment')} from number ${msn} of ${rendition} (${where}) cannot be had: ${why}`
}
