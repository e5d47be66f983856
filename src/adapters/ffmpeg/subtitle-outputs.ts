import type { SubtitlePlan } from '#domain/ingest-plan.ts'
import type { ExtractedSubtitle } from '#domain/media-tool.ts'

export type SubtitleFormat = ExtractedSubtitle['original']['format']

export interface SubtitleOutput {
  /** File name in the run's folder. */
  readonly name: string
  readonly options: readonly string[]
}

/** The format in which a subtitle track is kept: its own where it can stand alone, else the nearest. */
export function originalFormat({ codec, form }: Pick<SubtitlePlan, 'codec' | 'form'>): SubtitleFormat {
  if (form === 'bitmap') return codec === 'hdmv_pgs_subtitle' ? 'sup' : 'mks'
  return TEXT_FORMATS[codec] ?? 'srt'
}

const TEXT_FORMATS: Readonly<Record<string, SubtitleFormat>> = { ass: 'ass', ssa: 'ass', webvtt: 'vtt' }

/** Text that can be taken out as it is; all other text (`mov_text`, teletext, closed captions) is turned into SRT. */
const KEPT_AS_TEXT = new Set(['ass', 'ssa', 'webvtt', 'subrip'])
const MUXERS = { srt: 'srt', ass: 'ass', vtt: 'webvtt', sup: 'sup', mks: 'matroska' } as const

/** The files that a subtitle track becomes, with the options of each: the original, and for text the WebVTT. */
export function subtitleOutputs(plan: Pick<SubtitlePlan, 'name' | 'codec' | 'form'>): readonly SubtitleOutput[] {
  const format = originalFormat(plan)
  const codec = plan.form === 'bitmap' || KEPT_AS_TEXT.has(plan.codec) ? 'copy' : 'srt'
  const original = { name: originalName(plan.name, format), options: ['-c:s', codec, '-f', MUXERS[format]] }
  if (plan.form === 'bitmap') return [original]
  return [original, { name: webvttName(plan.name), options: ['-c:s', 'webvtt', '-f', 'webvtt'] }]
}

export function originalName(trackName: string, format: SubtitleFormat): string {
  return `${trackName}.original.${format}`
}

export function webvttName(trackName: string): string {
  return `${trackName}.shown.vtt`
}
