import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LoadGovernor } from '#features/downloads/governor.ts'
import { HostLoad } from './host-load.ts'

const MB = 2 ** 20
let root: string
let nowMs: number
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'telereel-host-'))
  nowMs = 0
})
afterEach(() => rmSync(root, { recursive: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), `${text}\n`)
  }
}

const fakeLoad = () => new HostLoad({ root, now: () => nowMs, platform: 'linux' })
const memory = (usedMb: number, totalMb: number) =>
  `MemTotal:  ${totalMb * 1024} kB\nMemFree:   1 kB\nMemAvailable:  ${(totalMb - usedMb) * 1024} kB`
const idleHost = { 'proc/stat': 'cpu  0 0 0 1000 0 0 0 0 0 0\ncpu0 1 1 1 1', 'proc/meminfo': memory(100, 1000) }

describe('the load of the machine', () => {
  it('is what was not idle between two looks; waiting for disks is idle, what neighbours took is not', async () => {
    const load = fakeLoad()
    write({ 'proc/stat': 'cpu  100 0 0 100 0 0 0 0 50 0\ncpu0 9 9 9 9', 'proc/meminfo': memory(250, 1000) })
    expect(await load.look()).toMatchObject({ cpuPercent: null, memoryPercent: 25 })
    write({ 'proc/stat': 'cpu  130 10 10 130 10 5 5 0 99 0\ncpu0 9 9 9 9' })
    nowMs += 1000
    expect((await load.look()).cpuPercent).toBe(60)
    write({ 'proc/stat': 'cpu  130 10 10 130 10 5 5 40 99 0\ncpu0 9 9 9 9' })
    expect((await load.look()).cpuPercent).toBe(100)
  })

  it('is that of the container when it is the fuller one, by cgroup v2, on whatever level the limit is', async () => {
    const group = 'sys/fs/cgroup/system.slice'
    write({ ...idleHost, 'proc/self/cgroup': '0::/system.slice/telereel.service' })
    write({ [`${group}/cpu.max`]: '50000 100000', [`${group}/cpu.stat`]: 'usage_usec 1000000\nuser_usec 1' })
    write({
      [`${group}/telereel.service/cpu.max`]: 'max 100000',
      [`${group}/telereel.service/memory.max`]: `${400 * MB}`,
    })
    write({
      [`${group}/telereel.service/memory.current`]: `${380 * MB}`,
      [`${group}/telereel.service/memory.stat`]: `anon 1\ninactive_file ${80 * MB}\nactive_file 5`,
    })
    const load = fakeLoad()
    expect(await load.look()).toMatchObject({ cpuPercent: null, memoryPercent: 75 })
    nowMs += 2000
    // 0.9 s of the 1 s that half a processor gives in two.
    write({ [`${group}/cpu.stat`]: 'usage_usec 1900000\nuser_usec 1' })
    expect((await load.look()).cpuPercent).toBe(90)
  })

  it('is that of the container by cgroup v1, where its path is one of the host', async () => {
    const [cpu, mem] = ['sys/fs/cgroup/cpu,cpuacct', 'sys/fs/cgroup/memory']
    write({ ...idleHost, 'proc/self/cgroup': '5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n0::/docker/abc' })
    write({
      [`${cpu}/cpu.cfs_quota_us`]: '200000',
      [`${cpu}/cpu.cfs_period_us`]: '100000',
      [`${cpu}/cpuacct.usage`]: '0',
    })
    write({ [`${mem}/memory.limit_in_bytes`]: `${100 * MB}`, [`${mem}/memory.usage_in_bytes`]: `${95 * MB}` })
    write({ [`${mem}/memory.stat`]: `cache 5\ninactive_file 1\ntotal_inactive_file ${5 * MB}` })
    const load = fakeLoad()
    expect((await load.look()).memoryPercent).toBe(90)
    nowMs += 1000
    write({ [`${cpu}/cpuacct.usage`]: '500000000' })
    expect((await load.look()).cpuPercent).toBe(25)
  })

  it('finds time counted apart from its limit', async () => {
    write({ ...idleHost, 'proc/self/cgroup': '2:cpuacct:/a\n1:cpu:/a' })
    write({ 'sys/fs/cgroup/cpu/a/cpu.cfs_quota_us': '100000', 'sys/fs/cgroup/cpu/a/cpu.cfs_period_us': '100000' })
    write({ 'sys/fs/cgroup/cpuacct/a/cpuacct.usage': '0' })
    const load = fakeLoad()
    await load.look()
    nowMs += 1000
    write({ 'sys/fs/cgroup/cpuacct/a/cpuacct.usage': '700000000' })
    expect((await load.look()).cpuPercent).toBe(70)
  })

  it('passes over limits that are none', async () => {
    write({ ...idleHost, 'proc/self/cgroup': '4:memory:/\n1:cpu:/\n0::/' })
    write({ 'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712' })
    write({ 'sys/fs/cgroup/memory/memory.usage_in_bytes': '9999999999', 'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1' })
    write({ 'sys/fs/cgroup/memory.max': 'max', 'sys/fs/cgroup/cpu.max': 'max 100000' })
    expect((await fakeLoad().look()).memoryPercent).toBe(10)
  })

  it.each(['linux', 'darwin'] as const)(
    'knows little, but does not fail, where files are missing: %s',
    async (platform) => {
      const load = new HostLoad({ root: join(root, 'nothing'), platform })
      for (let look = 0; look < 2; look++) {
        const { cpuPercent, memoryPercent, ownMemoryBytes } = await load.look()
        if (platform === 'linux') expect([cpuPercent, memoryPercent]).toEqual([null, null])
        else expect(memoryPercent).toBeGreaterThan(0)
        expect(ownMemoryBytes).toBeGreaterThan(MB)
      }
    },
  )
})

describe('the governor under real load', () => {
  const limits = { cpuThresholdPercent: 80, memoryThresholdPercent: 80, mostDownloads: 4, mostConnections: 32 }
  const burners: ChildProcess[] = []
  afterEach(() => {
    for (const burner of burners.splice(0)) burner.kill('SIGKILL')
  })

  function burn(): ChildProcess {
    const burner = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
    burners.push(burner)
    return burner
  }

  async function until(holds: () => boolean, each: () => Promise<void>): Promise<void> {
    while (!holds()) {
      await each()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  it('falls while processes burn all processors', async () => {
    const governor = new LoadGovernor(new HostLoad(), { enabled: true, checkIntervalSec: 0.3, ...limits })
    for (let count = 0; count < 8; count++) burn()
    const stop = new AbortController()
    const watching = governor.watch(stop.signal)
    await until(
      () => governor.downloads === 1 && governor.connections === 2,
      async () => {},
    )
    stop.abort()
    await watching
    expect(governor.figures().history.at(-1)?.why).toMatch(/^cpu \d+ % \(over 80 %\)/)
  }, 30_000)

  it.runIf(process.platform === 'linux')(
    'falls while the container of a burning process is full, and comes back step by step when it has ended',
    async () => {
      // A container of a quarter processor, whose books are those of the process: what else runs here does not count.
      write({ ...idleHost, 'proc/self/cgroup': '0::/', 'sys/fs/cgroup/cpu.max': '25000 100000' })
      const burner = burn()
      let usedTicks = 0
      const keepBooks = async () => {
        usedTicks = Math.max(usedTicks, ticksOf(burner.pid as number))
        write({ 'sys/fs/cgroup/cpu.stat': `usage_usec ${usedTicks * 10_000}` })
      }
      await keepBooks()
      const load = new HostLoad({ root, platform: 'linux' })
      const governor = new LoadGovernor(load, { enabled: true, checkIntervalSec: 0.2, ...limits })
      const stop = new AbortController()
      const watching = governor.watch(stop.signal)
      await until(() => governor.downloads === 1 && governor.connections === 2, keepBooks)
      burner.kill('SIGKILL')
      await until(() => governor.downloads === 4 && governor.connections === 32, keepBooks)
      stop.abort()
      await watching
      const { history } = governor.figures()
      expect(history[0]).toMatchObject({ downloads: 2, connections: 16 })
      expect(history.at(-1)?.why).toMatch(/^quiet for/)
      const risen = history.filter(({ why }) => why.startsWith('quiet')).map(({ connections }) => connections)
      expect(risen).toEqual(risen.toSorted((one, other) => one - other))
    },
    30_000,
  )

  it('falls and comes back by the memory of a container', async () => {
    const setUse = (usedMb: number) => write({ 'sys/fs/cgroup/memory.current': `${usedMb * MB}` })
    write({ ...idleHost, 'proc/self/cgroup': '0::/', 'sys/fs/cgroup/memory.max': `${1000 * MB}` })
    const governor = new LoadGovernor(fakeLoad(), { enabled: true, checkIntervalSec: 5, ...limits })
    setUse(900)
    for (let look = 0; look < 5; look++) await governor.look()
    expect([governor.downloads, governor.connections]).toEqual([1, 2])
    expect(governor.figures().history[0]).toMatchObject({ why: 'memory 90 % (over 80 %)' })
    setUse(750)
    for (let look = 0; look < 30; look++) await governor.look()
    expect([governor.downloads, governor.connections]).toEqual([1, 2])
    setUse(500)
    for (let look = 0; look < 30; look++) await governor.look()
    expect([governor.downloads, governor.connections]).toEqual([4, 32])
    expect(governor.figures().history.at(-1)?.why).toBe('quiet for 15 s')
  })
})

/** utime and stime of a process, in ticks of 10 ms; 0 when it is gone. */
function ticksOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return Number(fields[11]) + Number(fields[12])
  } catch {
    return 0
  }
}
