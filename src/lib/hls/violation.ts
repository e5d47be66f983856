import { MAX_VIOLATIONS } from './playlist-limits.ts'

/** `error`: players stop or content is lost. `warning`: some players, or quality. `advice`: could be better. */
export type Severity = 'error' | 'warning' | 'advice'

/** Rules that one playlist text is enough to judge. The ids are stable: scripts and the monitor read them. */
const SEVERITIES = {
  syntax: 'warning',
  'duplicate-tag': 'warning',
  'version-too-low': 'warning',
  'version-higher-than-needed': 'advice',
  'target-duration-missing': 'error',
  'segment-longer-than-target': 'error',
  'zero-or-odd-duration': 'warning',
  'range-without-offset': 'error',
  'map-changed-silently': 'error',
  'key-invalid': 'error',
  'key-missing-iv-for-map': 'error',
  'gap-segment': 'warning',
  'date-jump': 'warning',
  'date-backwards': 'error',
  'date-missing-live': 'advice',
  'date-range-invalid': 'warning',
  'bandwidth-missing': 'error',
  'codecs-missing': 'warning',
  'resolution-missing': 'warning',
  'frame-rate-missing': 'advice',
  'average-missing': 'advice',
  'group-undefined': 'error',
  'group-unused': 'advice',
  'group-members-differ': 'warning',
  'rendition-invalid': 'warning',
  'captions-mixed': 'warning',
} as const satisfies Record<string, Severity>

export type RuleId = keyof typeof SEVERITIES

/** One breach of RFC 8216bis or of Apple's authoring rules. */
export interface Violation {
  readonly rule: RuleId
  readonly severity: Severity
  /** From 1. */
  readonly line: number
  /** With the `#`, null when no tag is at fault. */
  readonly tag: string | null
  /** One sentence for people. */
  readonly text: string
}

/** Collects violations; a hostile playlist cannot fill the memory with them. */
export class ViolationLog {
  readonly #kept: Violation[] = []
  #dropped = 0

  add(rule: RuleId, line: number, tag: string | null, text: string, severity: Severity = SEVERITIES[rule]): void {
    if (this.#kept.length >= MAX_VIOLATIONS) this.#dropped++
    else this.#kept.push({ rule, severity, line, tag, text: text.slice(0, 200) })
  }

  /** What was kept, in the order of lines. */
  get violations(): readonly Violation[] {
    return this.#kept.toSorted((a, b) => a.line - b.line)
  }

  /** How many came after the limit. */
  get dropped(): number {
    return this.#dropped
  }
}
