import type { VerifyProblem } from '#features/library/verify-library.ts'

/** One line for what is lost in one stretch of a track for one reason, however many segments that is. */
export function problemLines(problems: readonly VerifyProblem[]): string[] {
  const runs: { first: VerifyProblem; last: VerifyProblem }[] = []
  for (const problem of problems) {
    const run = runs.at(-1)
    if (run && goesOn(run.last, problem)) run.last = problem
    else runs.push({ first: problem, last: problem })
  }
  return runs.map(({ first, last }) => (first === last ? first.message : joined(first.message, last.message)))
}

/** Times come from sums of durations: less than this apart is the same moment. */
const SAME_MOMENT_SEC = 0.001

function goesOn(before: VerifyProblem, after: VerifyProblem): boolean {
  if (before.endSec === null || after.startSec === null || before.trackName !== after.trackName) return false
  return Math.abs(after.startSec - before.endSec) < SAME_MOMENT_SEC && whyOf(before) === whyOf(after)
}

/** `Track v0, 00:12:04–00:12:31: why`. */
function whyOf({ message }: VerifyProblem): string {
  return message.slice(message.indexOf(': '))
}

function joined(first: string, last: string): string {
  return first.slice(0, first.indexOf('–')) + last.slice(last.indexOf('–'))
}
