import { describe, expect, it } from 'vitest'
import { findLaunchers, findProgram, withLimits } from './resource-limits.ts'
import { startProcess } from './start-process.ts'

const NONE = { prlimit: null, nice: null, setpriv: null }
const PATH = '/usr/bin:/bin'

describe('withLimits', () => {
  it('leaves a command alone where the system has no launchers', () => {
    expect(withLimits(['ffmpeg', '-x'], NONE, { limits: { openFiles: 5 }, niceness: 3 })).toEqual(['ffmpeg', '-x'])
  })

  it('puts each launcher in front of the next', () => {
    const all = { prlimit: '/b/prlimit', nice: '/b/nice', setpriv: '/b/setpriv' }
    const limits = { addressSpaceBytes: 10.2, cpuSec: 3, openFiles: 64, fileBytes: 9 }
    expect(withLimits(['ffmpeg'], all, { limits, niceness: 10 }).join(' ')).toBe(
      '/b/setpriv --pdeathsig KILL -- /b/nice -n 10 /b/prlimit --core=0 --as=11 --cpu=3 --nofile=64 --fsize=9 ffmpeg',
    )
  })

  it.runIf(process.platform === 'linux')('is obeyed by the system', async () => {
    const limits = { openFiles: 40, cpuSec: 1000 }
    const command = ['bash', '-c', 'ulimit -n; ulimit -t; ulimit -c; nice']
    const launched = withLimits(command, await findLaunchers(PATH), { limits, niceness: 10 })
    await using child = await startProcess({ command: launched, env: { PATH }, timeLimitMs: 20_000 })
    const chunks: Uint8Array[] = []
    for await (const chunk of child.output()) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString().trim().split('\n').slice(0, 3)).toEqual(['40', '1000', '0'])
  })
})

describe('findProgram', () => {
  it('looks through the folders in order and takes a full path as it is', async () => {
    expect(await findProgram('bash', `/nowhere:${PATH}`)).toBe('/usr/bin/bash')
    expect(await findProgram('/bin/bash', '')).toBe('/bin/bash')
    expect(await findProgram('no-such-program', PATH)).toBeNull()
    expect(await findProgram('bash', '')).toBeNull()
  })
})
