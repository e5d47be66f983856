import { beeps, countedPicture, noisePicture, surroundTones } from './media-matrix-pictures.ts'
import {
  advancedSubStation,
  CHAPTERS,
  ENGLISH_CUES,
  GERMAN_CUES,
  presentationGraphics,
  subRip,
  webVtt,
} from './media-matrix-subtitles.ts'

/** How ffmpeg makes a file: inputs, then options; the output file is added. */
export interface Recipe {
  readonly file: string
  /** Another file of the matrix, as first input after `input`. */
  readonly from?: string
  readonly input?: readonly string[]
  readonly args: readonly string[]
  /** Files that lie in the working directory meanwhile. */
  readonly beside?: Readonly<Record<string, string | Uint8Array>>
  /** Written to a pipe, so that the muxer cannot go back and fill in sizes, duration or an index. */
  readonly throughPipe?: true
}

const lavfi = (source: string, before: readonly string[] = []) => [...before, '-f', 'lavfi', '-i', source]
const PICTURE = lavfi(countedPicture())
const SOUND = lavfi(beeps(440))
const FILM = [...PICTURE, ...SOUND]

/** Key frames each two seconds, closed groups, B-frames. */
const H264 = ['-c:v', 'libx264', '-preset', 'superfast', '-bf', '2', '-g', '50', '-x264-params', 'scenecut=0']
const AAC = ['-c:a', 'aac', '-b:a', '96k']
/** Open groups each two seconds; a closed one each six. */
const OPEN_GOP = [
  ...['-c:v', 'libx264', '-preset', 'superfast', '-bf', '3', '-g', '50', '-x264-params', 'scenecut=0:open-gop=1'],
  ...['-force_key_frames', 'expr:gte(t,n_forced*6)', '-forced-idr', '1'],
]
/** Four of seven frames, at uneven distances. */
const UNEVEN = "select='not(eq(mod(n,7),3)+eq(mod(n,7),4)+eq(mod(n,7),6))'"

/** Every kind of file that must become a stream; ten to twenty seconds each. */
export const MATRIX = {
  'mp4-moov-first': { file: 'moov-first.mp4', args: [...FILM, ...H264, ...AAC, '-movflags', '+faststart'] },
  'mp4-moov-last': { file: 'moov-last.mp4', args: [...FILM, ...H264, ...AAC] },
  'mp4-fragmented': {
    file: 'fragmented.mp4',
    args: [...FILM, ...H264, ...AAC, '-movflags', 'frag_keyframe+empty_moov+default_base_moof'],
  },
  'mp4-two-voices': {
    file: 'two-voices.mp4',
    input: [...FILM, ...lavfi(beeps(880)), '-i', 'de.srt'],
    args: [
      ...['-map', '0', '-map', '1', '-map', '2', '-map', '3', ...H264, ...AAC, '-c:s', 'mov_text'],
      ...['-metadata:s:a:0', 'language=eng', '-metadata:s:a:1', 'language=ger', '-metadata:s:s:0', 'language=ger'],
    ],
    beside: { 'de.srt': subRip(GERMAN_CUES) },
  },
  'mkv-ac3-dts-subtitles': {
    file: 'ac3-dts.mkv',
    input: [...FILM, ...lavfi(beeps(880)), '-i', 'de.srt', '-i', 'en.ass', '-i', 'meta.txt'],
    args: [
      ...['-map', '0', '-map', '1', '-map', '2', '-map', '3', '-map', '4', '-map_metadata', '5', '-map_chapters', '5'],
      ...[...H264, '-c:a:0', 'ac3', '-b:a:0', '192k', '-c:a:1', 'dca', '-strict', '-2', '-ac:a:1', '2'],
      ...['-c:s:0', 'srt', '-c:s:1', 'ass', '-metadata:s:a:0', 'language=ger', '-metadata:s:a:1', 'language=eng'],
      ...['-metadata:s:s:0', 'language=ger', '-metadata:s:s:1', 'language=eng', '-metadata:s:s:1', 'title=Signs'],
      ...['-disposition:a:0', 'default', '-disposition:s:0', 'default', '-disposition:s:1', 'forced'],
    ],
    beside: { 'de.srt': subRip(GERMAN_CUES), 'en.ass': advancedSubStation(ENGLISH_CUES), 'meta.txt': CHAPTERS },
  },
  'mkv-hevc-opus': {
    file: 'hevc-opus.mkv',
    args: [
      ...[...FILM, '-c:v', 'libx265', '-preset', 'ultrafast', '-bf', '2'],
      ...['-x265-params', 'keyint=50:min-keyint=50:open-gop=0:scenecut=0:log-level=error', '-c:a', 'libopus'],
    ],
  },
  'webm-vp9-opus': {
    file: 'vp9-opus.webm',
    input: [...FILM, '-i', 'en.vtt'],
    args: [
      ...['-map', '0', '-map', '1', '-map', '2', '-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'],
      ...['-g', '50', '-b:v', '400k', '-c:a', 'libopus', '-c:s', 'webvtt', '-metadata:s:s:0', 'language=eng'],
    ],
    beside: { 'en.vtt': webVtt(ENGLISH_CUES) },
  },
  'mp4-av1-aac': {
    file: 'av1.mp4',
    args: [...FILM, '-c:v', 'libsvtav1', '-preset', '12', '-g', '50', '-svtav1-params', 'scd=0', ...AAC],
  },
  'ts-mpeg2-mp2': {
    file: 'mpeg2.ts',
    args: [...FILM, '-c:v', 'mpeg2video', '-b:v', '2M', '-g', '15', '-bf', '2', '-c:a', 'mp2', '-b:a', '192k'],
  },
  'avi-mpeg4-mp3': {
    file: 'mpeg4.avi',
    args: [...FILM, '-c:v', 'mpeg4', '-vtag', 'XVID', '-b:v', '1M', '-g', '100', '-c:a', 'libmp3lame', '-b:a', '128k'],
  },
  'mov-prores-pcm': {
    file: 'prores.mov',
    args: [...FILM, '-c:v', 'prores_ks', '-profile:v', 'proxy', '-c:a', 'pcm_s16le'],
  },
  'mov-mjpeg-pcm': { file: 'mjpeg.mov', args: [...FILM, '-c:v', 'mjpeg', '-q:v', '5', '-c:a', 'pcm_s16be'] },
  'mkv-open-gop': { file: 'open-gop.mkv', args: [...FILM, ...OPEN_GOP, ...AAC] },
  'ts-open-gop': { file: 'open-gop.ts', args: [...FILM, ...OPEN_GOP, ...AAC] },
  'mp4-one-idr': {
    file: 'one-idr.mp4',
    args: [...FILM, ...OPEN_GOP.slice(0, OPEN_GOP.indexOf('-force_key_frames')), ...AAC],
  },
  'mp4-huge-gops': {
    file: 'huge-gops.mp4',
    input: [...lavfi(noisePicture('640x360', 20)), ...lavfi(beeps(440, 20))],
    args: [
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '250', '-keyint_min', '250', '-sc_threshold', '0'],
      ...['-b:v', '40M', '-maxrate', '42M', '-bufsize', '40M', ...AAC],
    ],
  },
  'mp4-uneven-frames': { file: 'uneven.mp4', args: [...FILM, '-vf', UNEVEN, '-vsync', 'vfr', ...H264, ...AAC] },
  'mkv-uneven-frames': { file: 'uneven.mkv', from: 'mp4-uneven-frames', args: ['-c', 'copy'] },
  'mp4-no-sound': { file: 'no-sound.mp4', args: [...PICTURE, ...H264] },
  'm4a-only': { file: 'sound.m4a', args: [...SOUND, ...AAC] },
  'mp3-only': { file: 'sound.mp3', args: [...SOUND, '-c:a', 'libmp3lame', '-b:a', '128k'] },
  'flac-only': { file: 'sound.flac', args: [...SOUND, '-c:a', 'flac'] },
  'mp4-turned': {
    file: 'turned.mp4',
    from: 'mp4-moov-first',
    args: ['-c', 'copy', '-metadata:s:v:0', 'rotate=90'],
  },
  'mp4-surround': { file: 'surround.mp4', args: [...PICTURE, ...lavfi(surroundTones()), ...H264, ...AAC] },
  'ts-h264-adts': { file: 'adts.ts', args: [...FILM, ...H264, ...AAC] },
  'ts-start-offset': { file: 'offset.ts', args: [...FILM, ...H264, ...AAC, '-output_ts_offset', '5'] },
  'mkv-start-offset': { file: 'offset.mkv', args: [...FILM, ...H264, ...AAC, '-output_ts_offset', '5'] },
  'mp4-late-sound': {
    file: 'late-sound.mp4',
    args: [...PICTURE, ...lavfi(beeps(440, 10), ['-itsoffset', '1.5']), ...H264, ...AAC],
  },
  'mkv-late-picture': {
    file: 'late-picture.mkv',
    args: [...lavfi(countedPicture({ seconds: 10 }), ['-itsoffset', '1.5']), ...SOUND, ...H264, ...AAC],
  },
  'mp4-trimmed': {
    file: 'trimmed.mp4',
    from: 'mp4-moov-first',
    input: ['-ss', '3.3'],
    args: ['-c', 'copy'],
  },
  'mkv-no-cues': {
    file: 'no-cues.mkv',
    from: 'mp4-moov-first',
    args: ['-c', 'copy', '-f', 'matroska'],
    throughPipe: true,
  },
  'mkv-bitmap-subtitles': {
    file: 'bitmap.mkv',
    input: [...FILM, '-i', 'pgs.sup'],
    args: [
      ...[
        '-map',
        '0',
        '-map',
        '1',
        '-map',
        '2',
        '-map',
        '2',
        ...H264,
        ...AAC,
        '-c:s:0',
        'copy',
        '-c:s:1',
        'dvdsub',
        '-bsf:s:1',
        'setts=duration=2000',
      ],
      ...['-metadata:s:s:0', 'language=ger', '-metadata:s:s:1', 'language=fre'],
    ],
    beside: { 'pgs.sup': presentationGraphics(GERMAN_CUES) },
  },
} as const satisfies Record<string, Recipe>

export type MatrixName = keyof typeof MATRIX
