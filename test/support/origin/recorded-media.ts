import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Git-ignored; what is there is made once and kept. Another number when a recipe changes. */
const SHELF = fileURLToPath(new URL('../../.media/origin-2', import.meta.url))

/** One segment as ffmpeg's hls muxer cut it. */
export interface MediaPiece {
  readonly bytes: Buffer
  readonly durationSec: number
}

export interface RecordedMedia {
  /** Of fragmented MP4; null for MPEG-TS. */
  readonly init: Buffer | null
  readonly pieces: readonly MediaPiece[]
}

export type MediaName = keyof typeof RECIPES

/** Eight seconds at 25 pictures a second, cut each second. */
const CUTS = ['-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', '-hls_playlist_type', 'vod']
const TS = [...CUTS, '-hls_segment_filename', 's%d.ts']
const FMP4 = [...CUTS, '-hls_segment_type', 'fmp4', '-hls_segment_filename', 's%d.m4s']
const H264 = [
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-g',
  '25',
  '-keyint_min',
  '25',
  '-sc_threshold',
  '0',
  '-bf',
  '2',
]
const AAC = ['-c:a', 'aac', '-b:a', '64k', '-ac', '2', '-ar', '48000']

function picture(size: string, source = 'testsrc2'): string[] {
  return ['-f', 'lavfi', '-i', `${source}=s=${size}:r=25,format=yuv420p`]
}

function tone(hertz: number): string[] {
  return ['-f', 'lavfi', '-i', `sine=f=${hertz}:r=48000`]
}

const RECIPES = {
  /** MPEG-TS, video and sound muxed. */
  ts: [...picture('320x180'), ...tone(440), '-t', '8', ...H264, ...AAC, ...TS],
  /** Another recording: its timestamps begin anew and its pictures are larger. */
  'ts-other': [...picture('480x270', 'smptebars'), ...tone(660), '-t', '8', ...H264, ...AAC, ...TS],
  /** A third one, as the first but later. */
  'ts-third': [...picture('320x180', 'rgbtestsrc'), ...tone(880), '-t', '8', ...H264, ...AAC, ...TS],
  /** 40 seconds, for live. */
  'ts-long': [...picture('320x180'), ...tone(550), '-t', '40', ...H264, ...AAC, ...TS],
  fmp4: [...picture('320x180'), ...tone(440), '-t', '8', ...H264, ...AAC, ...FMP4],
  'fmp4-other': [...picture('480x270', 'smptebars'), ...tone(660), '-t', '8', ...H264, ...AAC, ...FMP4],
  'fmp4-video': [...picture('320x180'), '-t', '8', ...H264, ...FMP4],
  'fmp4-video-large': [...picture('640x360'), '-t', '8', ...H264, ...FMP4],
  'fmp4-sound-en': [...tone(440), '-t', '8', ...AAC, ...FMP4],
  'fmp4-sound-de': [...tone(880), '-t', '8', ...AAC, ...FMP4],
} as const

const made = new Map<MediaName, Promise<RecordedMedia>>()

/** Real segments of a recording, made by ffmpeg when they are not on the shelf. */
export function recordedMedia(name: MediaName): Promise<RecordedMedia> {
  const there = made.get(name) ?? read(name)
  made.set(name, there)
  return there
}

async function read(name: MediaName): Promise<RecordedMedia> {
  const folder = join(SHELF, name)
  if (!existsSync(folder)) await make(name, folder)
  const lines = (await readFile(join(folder, 'list.m3u8'), 'utf8')).split('\n')
  const durations = lines.flatMap((line) => /^#EXTINF:([\d.]+)/.exec(line)?.[1] ?? []).map(Number)
  const names = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const pieces = await Promise.all(
    names.map(async (file, index) => ({
      bytes: await readFile(join(folder, file)),
      durationSec: durations[index] ?? 0,
    })),
  )
  const hasInit = (await readdir(folder)).includes('init.mp4')
  return { init: hasInit ? await readFile(join(folder, 'init.mp4')) : null, pieces }
}

async function make(name: MediaName, folder: string): Promise<void> {
  await mkdir(SHELF, { recursive: true })
  const scratch = await mkdtemp(join(SHELF, 'making-'))
  try {
    const exact = ['-fflags', '+bitexact', '-flags', '+bitexact', 'list.m3u8']
    await run('ffmpeg', ['-nostdin', '-v', 'error', ...RECIPES[name], ...exact], { cwd: scratch })
    // Another process may have been faster.
    if (!existsSync(folder)) await rename(scratch, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
