import type { LinkInfo } from '#domain/download.ts'
import type { PageOptions } from '#domain/page-tool.ts'
import type { FoundYtdlp } from './find-ytdlp.ts'
import { linkInfoOf } from './link-info-of.ts'
import { pageAddress } from './page-address.ts'
import { answerTooLarge, failureOf } from './failure-of.ts'
import { parsePageReport } from './page-report.ts'
import { type RunPlaces, runYtdlp } from './run-ytdlp.ts'
import { LOOK_OPTIONS } from './ytdlp-options.ts'

/** Sites that ask for a dozen pages of their own take half a minute. */
const TIME_LIMIT_MS = 120_000
const CPU_LIMIT_SEC = 90
const MAX_REPORT_BYTES = 32 * 1024 * 1024
/** Pages, scripts and playlists, no media. */
const MAX_TRAFFIC_BYTES = 256 * 1024 * 1024
const MAX_FILE_BYTES = 64 * 1024 * 1024

/** What stands on a page, or on a page that is a list. Downloads no media. Rejects as `PageTool.look` says. */
export async function lookAtPage(
  tool: FoundYtdlp,
  places: RunPlaces,
  text: string,
  { identity, signal }: PageOptions,
): Promise<LinkInfo> {
  const url = pageAddress(text)
  const chunks: Uint8Array[] = []
  let byteLength = 0
  const end = await runYtdlp(tool, places, {
    url,
    identity,
    options: LOOK_OPTIONS,
    limits: { cpuSec: CPU_LIMIT_SEC, fileBytes: MAX_FILE_BYTES },
    timeLimitMs: TIME_LIMIT_MS,
    stallLimitMs: TIME_LIMIT_MS,
    maxBytes: MAX_TRAFFIC_BYTES,
    signal,
    async read(output) {
      for await (const chunk of output) {
        byteLength += chunk.byteLength
        if (byteLength > MAX_REPORT_BYTES) return
        chunks.push(chunk)
      }
    },
  })
  signal.throwIfAborted()
  if (byteLength > MAX_REPORT_BYTES) throw answerTooLarge()
  const report = parsePageReport(Buffer.concat(chunks).toString('utf8'))
  if (end.exitCode !== 0 || report === null) {
    throw failureOf(end, tool.version.text)
  }
  return linkInfoOf(report, url, notesOf(end.cookiesAgeDays, identity.cookies))
}

function notesOf(ageDays: number | null, name: string | undefined): string[] {
  if (ageDays === null) return []
  return [
    `With the cookies ${name}, ${ageDays === 0 ? 'from today' : ageDays === 1 ? 'a day old' : `${ageDays} days old`}.`,
  ]
}
