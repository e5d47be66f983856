import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { LeaseWatch } from './lease-watch.ts'
import { isGone, type ProcessIdentity, thisProcess } from './process-identity.ts'

const ELSEWHERE: ProcessIdentity = { host: 'other', pid: 7, space: 'another machine', started: '1' }

function watching() {
  let nowMs = 0
  const watch = new LeaseWatch({ wallMs: () => 0, monotonicMs: () => nowMs }, 1000)
  return (afterMs: number, beats: number, token = 't') => {
    nowMs += afterMs
    return watch.dead([{ key: 'job', token, beats, owner: ELSEWHERE }]).length === 1
  }
}

it('calls a lease dead when its beats have stood still for the lease time', () => {
  const isDead = watching()
  expect([isDead(0, 5), isDead(999, 5), isDead(1, 5)]).toEqual([false, false, true])
})

it('begins to count anew with every beat, and with every holder', () => {
  const isDead = watching()
  expect([isDead(0, 5), isDead(900, 6), isDead(900, 6), isDead(0, 6, 'u'), isDead(999, 6, 'u')]).not.toContain(true)
  expect(isDead(1, 6, 'u')).toBe(true)
})

it('knows nothing of a lease at first sight, however old it is', () => {
  expect(watching()(1_000_000, 5)).toBe(false)
})

it('calls the lease of a process that has ended dead at once, and of one that runs not', () => {
  const watch = new LeaseWatch({ wallMs: () => 0, monotonicMs: () => 0 }, 1000)
  const { pid } = spawnSync(process.execPath, ['--version'])
  const gone = { key: 'a', token: 't', beats: 0, owner: { ...thisProcess(), pid } }
  const here = { key: 'b', token: 't', beats: 0, owner: thisProcess() }
  expect(watch.dead([gone, here])).toEqual([gone])
})

it('does not take another process that got the same number for the one that ended', () => {
  expect(isGone({ ...thisProcess(), started: '1' })).toBe(process.platform === 'linux')
})

it('cannot tell of processes in other machines and containers', () => {
  expect(isGone(ELSEWHERE)).toBe(false)
  expect(isGone({ ...ELSEWHERE, space: null })).toBe(false)
})
