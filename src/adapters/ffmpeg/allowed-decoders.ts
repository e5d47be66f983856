/**
 * Decoders that may open a stranger's bytes, by ffmpeg's decoder names, which are not always its codec names: MP3 is
 * decoded by `mp3float`, AV1 by `libdav1d`, DTS by `dca`. No wildcards: ffmpeg compares whole names. What is missing here
 * is refused, as MagicYUV is (CVE-2026-8461). Each name is there because people have such files.
 */
const ALLOWED_DECODERS: readonly string[] = [
  ...['h264', 'hevc', 'libdav1d', 'av1', 'libaom-av1', 'vp8', 'libvpx', 'vp9', 'libvpx-vp9', 'vvc'],
  ...[
    'mpeg1video',
    'mpeg2video',
    'mpegvideo',
    'mpeg4',
    'msmpeg4',
    'msmpeg4v1',
    'msmpeg4v2',
    'h263',
    'flv',
    'vp6',
    'vp6f',
  ],
  ...['wmv1', 'wmv2', 'wmv3', 'vc1', 'theora', 'mjpeg', 'png', 'prores', 'dnxhd', 'dvvideo', 'ffv1', 'huffyuv'],
  ...['aac', 'aac_latm', 'mp3float', 'mp3', 'mp2float', 'mp2', 'ac3', 'eac3', 'dca', 'truehd', 'mlp', 'flac', 'alac'],
  ...[
    'opus',
    'libopus',
    'vorbis',
    'wmav1',
    'wmav2',
    'wmapro',
    'amrnb',
    'amrwb',
    'adpcm_ms',
    'adpcm_ima_wav',
    'adpcm_ima_qt',
  ],
  ...['pcm_u8', 'pcm_s8', 'pcm_s16le', 'pcm_s16be', 'pcm_s24le', 'pcm_s24be', 'pcm_s32le', 'pcm_s32be'],
  ...['pcm_f32le', 'pcm_f32be', 'pcm_f64le', 'pcm_f64be', 'pcm_alaw', 'pcm_mulaw', 'pcm_bluray', 'pcm_dvd'],
  ...['srt', 'subrip', 'ass', 'ssa', 'webvtt', 'mov_text', 'text', 'pgssub', 'dvbsub', 'dvdsub', 'cc_dec'],
]

/** Subtitles whose decoder draws pictures. */
export const BITMAP_SUBTITLE_CODECS: ReadonlySet<string> = new Set([
  'hdmv_pgs_subtitle',
  'dvd_subtitle',
  'dvb_subtitle',
  'xsub',
])

/** The value of `-codec_whitelist`: our list as far as this build knows it. */
export function codecWhitelist(decodersOfBuild: ReadonlySet<string>): string {
  return ALLOWED_DECODERS.filter((name) => decodersOfBuild.has(name)).join(',')
}

/**
 * For a second try behind a full sandbox and on a build without known holes: every decoder of the build but those that
 * drive hardware.
 */
export function wideCodecWhitelist(decodersOfBuild: ReadonlySet<string>): string {
  return [...decodersOfBuild]
    .filter((name) => !/_(?:cuvid|qsv|v4l2m2m|mediacodec|mmal|rkmpp|amf)$/.test(name))
    .join(',')
}

/** The names in the output of `ffmpeg -decoders`: ` V....D h264   H.264 / AVC`, below a line of dashes. */
export function parseDecoders(output: string): ReadonlySet<string> {
  const [, table = ''] = output.split(/^ -+$/m)
  return new Set([...table.matchAll(/^ [VAS][.A-Z]{5} (\S+)/gm)].map(([, name = '']) => name))
}
