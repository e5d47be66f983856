import type { VerifyProblem } from '#features/library/verify-library.ts'

/** `Track v0, 00:12:04–00:12:31: why`, or `poster.jpg: why`. */
export function problemLine(problem: VerifyProblem): string {
  if (problem.trackName === null) return `${problem.attachmentName}: ${problem.why}`
  return `Track ${problem.trackName}, ${clock(problem.startSec)}–${clock(problem.endSec)}: ${problem.why}`
}

/** One problem for what is lost in one stretch of a track for one reason, however many segments that is. */
export function joinProblems(problems: readonly VerifyProblem[]): readonly VerifyProblem[] {
  const joined: VerifyProblem[] = []
  for (const problem of problems) {
    const last = joined.at(-1)
    const both = last && inOne(last, problem)
    if (both) joined.pop()
    joined.push(both ?? problem)
  }
  return joined
}

/** Times come from sums of durations: less than this apart is the same moment. */
const SAME_MOMENT_SEC = 0.001

function inOne(before: VerifyProblem, after: VerifyProblem): VerifyProblem | undefined {
  if (before.trackName === null || after.trackName === null) return undefined
  const goesOn =
    before.trackName === after.trackName &&
    before.why === after.why &&
    Math.abs(after.startSec - before.endSec) < SAME_MOMENT_SEC
  return goesOn ? { ...before, endSec: after.endSec } : undefined
}

/** `hh:mm:ss`. */
function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}
