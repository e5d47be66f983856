import { describe, expect, it } from 'vitest'
import { runLab } from '#adapters/web-fetch/lab.test-support.ts'

describe('in a closed world where every address leads to us', () => {
  it('no way out reaches an inside address, and public ones are answered', ({ skip }) => {
    const report = runLab()
    if (!report) {
      return skip(
        'This machine lets us make no network namespace (unshare --net, ip): only what needs none was tested.',
      )
    }
    const { 'curl alone': unguarded = [], ...guarded } = report.reached
    expect(unguarded.length).toBeGreaterThan(40)
    expect(guarded).toEqual(Object.fromEntries(Object.keys(guarded).map((way) => [way, []])))
    expect(Object.keys(guarded)).toHaveLength(8)
    expect(report.tries).toBeGreaterThan(1000)
    expect(report.honest).toEqual([200, 200, 200, 200, 200])
  })
})
