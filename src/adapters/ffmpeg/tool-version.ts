/** What a build says of itself, and what we make of it. */
export interface ToolVersion {
  /** As printed: `5.1.9-0+deb12u1`, `n8.1`, `N-118000-gabcdef`. */
  readonly text: string
  /** Null for builds from between releases. */
  readonly release: readonly [major: number, minor: number, patch: number] | null
  /** True when it contains the fix of CVE-2026-8461 (and what was fixed before). */
  readonly isPatched: boolean
}

/** Reads the first line of `ffmpeg -version`, or null when it is nothing of the kind. */
export function parseToolVersion(output: string): ToolVersion | null {
  const text = /^ff(?:mpeg|probe) version (\S+)/m.exec(output)?.[1]
  if (text === undefined) return null
  const match = /^n?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text)
  const release = match === null ? null : ([Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] as const)
  return { text, release, isPatched: release !== null && isPatched(release) }
}

/** The first release of each branch with the fix of CVE-2026-8461, a heap overflow in the MagicYUV decoder. */
const FIRST_PATCHED: readonly (readonly [number, number, number])[] = [
  [5, 1, 10],
  [6, 1, 6],
  [7, 1, 5],
  [8, 1, 2],
]

function isPatched([major, minor, patch]: readonly [number, number, number]): boolean {
  const branch = FIRST_PATCHED.find((first) => first[0] === major && first[1] === minor)
  if (branch !== undefined) return patch >= branch[2]
  return major > 8 || (major === 8 && minor > 1)
}

/** Whether the build is at least this release; builds from between releases count as new. */
export function isAtLeast({ release }: ToolVersion, major: number, minor: number): boolean {
  return release === null || release[0] > major || (release[0] === major && release[1] >= minor)
}
