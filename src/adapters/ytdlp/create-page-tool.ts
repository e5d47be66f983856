import type { CookieFiles } from '#domain/cookie-files.ts'
import { ToolMissingError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import type { PageTool, PageToolStatus } from '#domain/page-tool.ts'
import type { JoinTracks } from './download-page.ts'
import type { FoundYtdlp } from './find-ytdlp.ts'
import type { StartProxy } from './run-ytdlp.ts'
import { sweepScratchFolders } from './scratch-folders.ts'
import type { Sniff } from './take-media.ts'
import { judgeVersion } from './ytdlp-version.ts'

export interface PageToolOptions {
  /** A name or a path; `yt-dlp` when missing. */
  readonly ytdlpPath?: string | undefined
  /** As PATH is written. */
  readonly searchPath: string
  /** Gives a run its only way out (`startEgressProxy` of adapters/web-fetch); disposed of when the run has ended. */
  readonly startProxy: StartProxy
  readonly cookieFiles: CookieFiles
  /** For folders of single runs; what a crash left of them is removed. Nobody else uses names that begin with `ytdlp-`. */
  readonly workDir: string
  readonly sniff: Sniff
  readonly joinTracks?: JoinTracks | undefined
  readonly nowMs?: () => number
  readonly events: Events
}

export interface Ytdlp extends PageTool {
  /** Looks for yt-dlp, the first time; `describe` knows it from then on. Takes about a second; never rejects. */
  check(): Promise<PageToolStatus>
}

/** yt-dlp as a PageTool. It is looked for when it is first needed, or at `check`; our side of it is loaded then too. */
export function createPageTool(options: PageToolOptions): Ytdlp {
  const places = { ...options, nowMs: options.nowMs ?? Date.now }
  let status: PageToolStatus = { version: null, problem: null }
  let finding: Promise<FoundYtdlp> | null = null

  async function find(): Promise<FoundYtdlp> {
    try {
      const { findYtdlp } = await import('./find-ytdlp.ts')
      const [tool] = await Promise.all([findYtdlp(options), sweepScratchFolders(options.workDir)])
      const { usable, problem } = judgeVersion(tool.version, places.nowMs())
      status = { version: tool.version.text, problem }
      if (!usable && problem !== null) throw new ToolMissingError(problem.message, { fix: problem.fix })
      note(options.events, tool, problem?.message ?? null)
      return tool
    } catch (error) {
      if (error instanceof ToolMissingError) {
        status = { ...status, problem: { message: error.message, fix: error.fix ?? '' } }
        // It may be installed while we run: the next one who asks looks again.
        finding = null
      }
      throw error
    }
  }

  const tool = (): Promise<FoundYtdlp> => {
    finding ??= find()
    return finding
  }
  return {
    describe: () => status,
    check: () =>
      tool().then(
        () => status,
        () => status,
      ),
    async look(url, wish) {
      const { lookAtPage } = await import('./look-at-page.ts')
      return lookAtPage(await tool(), places, url, wish)
    },
    async download(url, wish) {
      const { downloadPage } = await import('./download-page.ts')
      return downloadPage(await tool(), places, url, wish)
    },
  }
}

function note(events: Events, { version, sandbox }: FoundYtdlp, problem: string | null): void {
  const fields = { version: version.text, sandbox: sandbox.level }
  if (problem !== null) events.emit({ kind: 'note', level: 'warn', message: problem, fields })
  else events.emit({ kind: 'note', level: 'info', message: `yt-dlp ${version.text} reads pages`, fields })
}
