import { lstat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { PageFile } from '#domain/page-tool.ts'
import { cleanText } from './clean-text.ts'
import { subtitleLabels } from './subtitle-labels.ts'

/** One that was asked for, as the tool tells of it; without a path it could not be had. */
export interface SaidSubtitle {
  readonly filepath?: string | null | undefined
  /** What the site calls it. */
  readonly name?: string | null | undefined
}

/** The language stands in the name of the file, as the site writes it: `src.de.vtt`, `src.Português (Brasil).vtt`. */
const SUBTITLE_NAME = /^src\.(.{1,60})\.([a-z0-9]{1,8})$/
const KNOWN = ['vtt', 'srt', 'ass', 'ssa']
const MOST = 100

/** The subtitle files that the tool says it wrote, in the folder it was given: plain files, their names not believed. */
export async function takeSubtitles(
  folder: string,
  said: readonly SaidSubtitle[],
): Promise<Pick<PageFile, 'subtitles' | 'leftOut'>> {
  const found = await Promise.all(said.slice(0, MOST).map((one) => subtitleOf(folder, one)))
  const leftOut = found.flatMap((one) => (one !== null && 'leftOut' in one ? [one.leftOut] : []))
  if (said.length > MOST) leftOut.push(`Of ${said.length} subtitles only the first ${MOST} are taken.`)
  return { subtitles: found.flatMap((one) => (one !== null && 'path' in one ? [one] : [])), leftOut }
}

async function subtitleOf(folder: string, { filepath, name }: SaidSubtitle) {
  const file = basename(filepath ?? '')
  const [, key, format = ''] = SUBTITLE_NAME.exec(file) ?? []
  const path = join(folder, file)
  if (key === undefined || !(await lstat(path).catch(() => null))?.isFile()) return null
  const labels = subtitleLabels(key, name ?? null)
  if (KNOWN.includes(format)) return { path, ...labels }
  return {
    leftOut: `The subtitles ${labels.title ?? cleanText(key, 60)} are left out: the page gives them as .${format} only.`,
  }
}
