import { byteCount, choice, decimal, path, wholeNumber } from '../format.ts'
import { settingsOf } from '../setting.ts'

const { withDefault, optional } = settingsOf('media')

const MIB = 2 ** 20

/** The largest file the public Bot API gives back (`getFile`). */
export const MAX_PUBLIC_BOT_API_FILE_BYTES = 20 * MIB

export const mediaSettings = {
  MIN_SEGMENT_DURATION: withDefault(decimal({ min: 0.5, max: 60, unit: 'seconds' }), '2', {
    help: 'Shortest media segment the planner aims for.',
  }),
  MAX_SEGMENT_DURATION: withDefault(decimal({ min: 1, max: 120, unit: 'seconds' }), '30', {
    help: 'Longest media segment the planner makes where key frames allow.',
  }),
  MAX_CHUNK_SIZE: withDefault(byteCount({ min: 64 * 1024, max: 2000 * MIB }), '19922944', {
    help: 'Largest stored blob. The public Bot API allows 20 MiB; more needs BOT_API_ROOT.',
  }),
  MAX_UPLOAD_SIZE: withDefault(byteCount({ min: 1, max: 16 * 2 ** 40 }), '53687091200', {
    help: 'Largest file that may be uploaded.',
  }),
  FFMPEG_HARDWARE_ACCEL: optional(choice('nvidia', 'intel', 'vaapi'), {
    help: 'Hardware encoder; tried once at start, software where it fails. Software when empty.',
  }),
  FFMPEG_THREADS: optional(wholeNumber({ min: 1, max: 256 }), {
    help: 'Threads of one encoding; ffmpeg decides when empty.',
  }),
  OVERSIZED_SEGMENTS: withDefault(choice('split', 'reencode'), 'split', {
    help: 'What happens to a piece no cut makes small enough: stored in two parts as it is, or encoded to fit.',
  }),
  FFMPEG_PATH: withDefault(path, 'ffmpeg', {
    help: 'The ffmpeg program; a bare name is looked up in PATH.',
    startOnly: true,
  }),
  FFPROBE_PATH: withDefault(path, 'ffprobe', { help: 'The ffprobe program.', startOnly: true }),
  YTDLP_PATH: withDefault(path, 'yt-dlp', {
    help: 'The yt-dlp program, for downloads from web pages.',
    startOnly: true,
  }),
}
