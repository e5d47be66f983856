import type { Download, DownloadLog } from '../../../../src/surfaces/http/contract/download.ts'

/** What helps whoever is asked, without what may be secret. */
export function reportOf(download: Download, lines: DownloadLog['lines']): string {
  const { jobId, url, target, state, attempts, progress, failure, result, createdAt, updatedAt } = download
  const facts = {
    jobId,
    address: url,
    target,
    state,
    tries: attempts,
    stage: progress?.stage,
    bytes: result?.byteLength ?? progress?.bytes,
    code: failure?.code,
    message: failure?.message,
    gaps: result?.gaps.length || undefined,
    begun: createdAt,
    changed: updatedAt,
    browser: navigator.userAgent,
  }
  const head = Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
  const log = lines.slice(-100).map(({ at, level, text }) => `${at} ${level} ${text}`)
  return redacted([...head, '', ...log].join('\n'))
}

/** Queries, user parts and what follows the names of secret headers may be somebody's keys. */
export function redacted(text: string): string {
  return text
    .replace(/(https?:\/\/)[^\s/?#@]*@/gi, '$1…@')
    .replace(/(https?:\/\/[^\s?#]+)[?#]\S*/gi, '$1?…')
    .replace(/\b(cookie|set-cookie|authorization|proxy-authorization|x-[a-z-]*(?:key|token))(\s*[:=]\s*).*/gi, '$1$2…')
}
