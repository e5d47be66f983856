import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PageRefusedError } from '#domain/errors.ts'
import type { PageDownload, PageFile, PageOptions } from '#domain/page-tool.ts'
import type { FoundYtdlp } from './find-ytdlp.ts'
import { cleanText } from './clean-text.ts'
import { formatOptions, subtitleOptions } from './format-options.ts'
import { holdsEndlessPlaylist } from './endless-playlist.ts'
import { linesOf } from './lines-of.ts'
import { titleOf } from './link-info-of.ts'
import { OwnLines } from './own-lines.ts'
import { pageAddress } from './page-address.ts'
import { failureOf } from './failure-of.ts'
import { type RunPlaces, runYtdlp, type YtdlpEnd } from './run-ytdlp.ts'
import { type Sniff, takeMedia } from './take-media.ts'
import { takeSubtitles } from './take-subtitles.ts'
import { downloadOptions } from './ytdlp-options.ts'

/** Puts picture and sound that came as two files into one, without encoding. */
export type JoinTracks = (
  files: { readonly picture: string; readonly sound: string; readonly output: string },
  signal: AbortSignal,
) => Promise<void>

export interface DownloadPlaces extends RunPlaces {
  readonly sniff: Sniff
  /** Without it only formats that hold both are taken. */
  readonly joinTracks?: JoinTracks | undefined
}

const TIME_LIMIT_MS = 48 * 3_600_000
/** Four attempts of 20 s, with pauses. */
const STALL_LIMIT_MS = 240_000
/** Retries and heads of answers come on top of what is kept. */
const TRAFFIC_SHARE = 1.5
const LOOK_BYTES = 256 * 1024 * 1024
/** The last stop, behind our own count: a tool that hits it cannot say why it failed. */
const SPARE_BYTES = 64 * 1024 * 1024
const CPU_LIMIT_SEC = 4 * 3600

/**
 * One video of a page as a file. What an earlier attempt left is thrown away: yt-dlp goes on where its file ends, which after
 * a kill is not where its list of fragments says it does (measured with 2026.08.19: after two kills each, 1 of 20 streams was
 * wrong and its exit code 0), nor need the page still give the same bytes.
 */
export async function downloadPage(
  tool: FoundYtdlp,
  places: DownloadPlaces,
  text: string,
  options: PageOptions & PageDownload,
): Promise<PageFile> {
  const url = pageAddress(text)
  const { choice, folder, maxBytes, signal, identity } = options
  const prefix = `@${randomBytes(12).toString('hex')}`
  const formats = formatOptions(choice, places.joinTracks !== undefined)
  await emptyFolder(folder)
  const lines = new OwnLines(prefix)
  let endless = false
  const end = await runYtdlp(tool, places, {
    url,
    identity,
    options: downloadOptions({ folder, maxBytes, prefix, formats, subtitles: subtitleOptions(choice) }),
    folder,
    limits: { cpuSec: CPU_LIMIT_SEC, fileBytes: maxBytes + SPARE_BYTES },
    timeLimitMs: TIME_LIMIT_MS,
    stallLimitMs: STALL_LIMIT_MS,
    maxBytes: maxBytes * TRAFFIC_SHARE + LOOK_BYTES,
    signal,
    async read(output, redact) {
      for await (const line of linesOf(output)) {
        const report = lines.read(line)
        if (report === undefined) say(redact(line), options)
        else if (report !== null) options.report(report)
        if (report && report.bytes > maxBytes) throw tooLarge(maxBytes)
      }
    },
    async inspect(scratch) {
      endless = await holdsEndlessPlaylist(scratch)
    },
  })
  for (const line of end.stderr.split(/[\r\n]+/)) say(end.redact(line), options)
  signal.throwIfAborted()
  if (endless) throw stillLive()
  const files = filesOf(end, lines, tool, maxBytes)
  const { subtitles, leftOut } = await takeSubtitles(folder, lines.subtitles)
  return {
    ...(await oneFile(files, folder, places, options)),
    title: titleOf(lines, url),
    subtitles,
    leftOut: [...leftOut, ...subtitlesRefused(end)],
  }
}

async function emptyFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  await mkdir(folder, { recursive: true })
}

function say(line: string, { log }: PageDownload): void {
  if (line !== '' && !KEPT_PAGE.test(line)) log(line)
}

/** Nobody needs to know, and the names of the files are made of whole addresses. */
const KEPT_PAGE = /Saving request to /

const NOT_TO_BE_HAD = /^WARNING: Unable to download video subtitles for '(.{1,60}?)': (.{1,200})/gm

/** The film comes without them. */
function subtitlesRefused({ stderr, redact }: YtdlpEnd): string[] {
  return [...stderr.matchAll(NOT_TO_BE_HAD)].map(
    ([, name = '', why = '']) => `The subtitles ${cleanText(name, 60)} are left out: ${cleanText(redact(why), 200)}`,
  )
}

function filesOf(end: YtdlpEnd, lines: OwnLines, tool: FoundYtdlp, maxBytes: number): OwnLines['files'] {
  if (end.exitCode === 0 && lines.files.length > 0) return lines.files
  if (lines.isTooLarge) throw tooLarge(maxBytes)
  throw failureOf(end, tool.version.text)
}

/** What it took is what the playlist listed at that moment. */
function stillLive(): PageRefusedError {
  return new PageRefusedError('The broadcast still goes on.', 'other', {
    why: 'From a page only what is complete is downloaded.',
    fix: 'Give the address of its playlist (.m3u8) to record it, or come back when it is over.',
  })
}

function tooLarge(maxBytes: number): PageRefusedError {
  const why = `More than ${(maxBytes / 1e9).toFixed(1)} GB are not taken.`
  return new PageRefusedError('The video is larger than is allowed.', 'too-large', {
    why,
    fix: 'Choose a smaller format.',
  })
}

async function oneFile(
  files: OwnLines['files'],
  folder: string,
  { sniff, joinTracks }: DownloadPlaces,
  { maxBytes, signal }: PageOptions & PageDownload,
): Promise<{ readonly path: string; readonly byteLength: number }> {
  const taken = await Promise.all(files.map(({ filepath }) => takeMedia(folder, filepath, sniff)))
  if (taken.reduce((sum, { byteLength }) => sum + byteLength, 0) > maxBytes) throw tooLarge(maxBytes)
  const [first, second] = taken
  if (first !== undefined && second === undefined) return first
  if (first === undefined || second === undefined || joinTracks === undefined || taken.length > 2) {
    throw new PageRefusedError('The page gives the video in pieces.', 'no-video', { fix: 'Choose another format.' })
  }
  const soundFirst = files[0]?.vcodec === 'none'
  const [picture, sound] = soundFirst ? [second, first] : [first, second]
  const output = join(folder, 'joined.mkv')
  await joinTracks({ picture: picture.path, sound: sound.path, output }, signal)
  await Promise.all(taken.map(({ path }) => rm(path)))
  return takeMedia(folder, output, sniff)
}
