/** One piece of text on the screen. */
export interface SubtitleCue {
  /** Whole milliseconds from the start of the subtitle's own timeline. */
  readonly startMs: number
  /** Always later than `startMs`. */
  readonly endMs: number
  /** WebVTT cue text (W3C WebVTT §4.2): `&<>` escaped, tags well nested, no blank line. */
  readonly text: string
  /** WebVTT cue settings such as `line:5% align:left`; absent: at the bottom, in the middle. */
  readonly settings?: string
}
