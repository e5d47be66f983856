import { appendFile, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JobId } from '#domain/ids.ts'
import { DiskJobLogs } from './disk-job-logs.ts'

const ID = 'job00000000000001' as JobId

describe('DiskJobLogs', () => {
  it('gives lines back in order, with their numbers and times, also to a process that starts later', async () => {
    await using lab = await openLab()
    for (const text of ['one', 'two']) lab.logs.write(ID, { level: 'info', text })
    expect(await textsOf(lab.logs, 0)).toEqual(['1 one', '2 two'])
    const later = new DiskJobLogs(lab.folder)
    later.write(ID, { level: 'warn', text: 'three' })
    expect(await textsOf(later, 1)).toEqual(['2 two', '3 three'])
    const [line] = await later.read(ID, 2)
    expect(line?.level).toBe('warn')
    expect(Math.abs(Date.now() - (line?.at.getTime() ?? 0))).toBeLessThan(60_000)
  })

  it('keeps the newest 2,000 lines or so, and gives 500 at a time', async () => {
    await using lab = await openLab()
    for (let round = 0; round < 12; round++) {
      for (let n = 0; n < 500; n++) lab.logs.write(ID, { level: 'info', text: `${round * 500 + n}` })
      await lab.logs.read(ID, 0)
    }
    const later = new DiskJobLogs(lab.folder)
    for (const logs of [lab.logs, later]) {
      const lines = await logs.read(ID, 0)
      expect([lines.length, lines[0]?.number, lines[0]?.text]).toEqual([500, 4001, '4000'])
      expect((await logs.read(ID, 5999)).map(({ text }) => text)).toEqual(['5999'])
      expect(await logs.read(ID, 6000)).toEqual([])
    }
    expect((await stat(join(lab.folder, ID, 'log'))).size).toBeLessThan(4000 * 200)
  })

  it('makes one harmless line of whatever it is given', async () => {
    await using lab = await openLab()
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => {
        lab.logs.write(ID, { level: 'info', text: `a\u001b[31m\n${text}` })
        const last = (await new DiskJobLogs(lab.folder).read(ID, 0)).at(-1) ?? (await lab.logs.read(ID, 0)).at(-1)
        expect(last?.text).toMatch(/^a \[31m [^\p{Cc}]*$/u)
      }),
      { numRuns: 50 },
    )
  })

  it('goes on behind the last whole line after a crash in the middle of one', async () => {
    await using lab = await openLab()
    for (const text of ['one', 'two']) lab.logs.write(ID, { level: 'info', text })
    await lab.logs.read(ID, 0)
    const path = join(lab.folder, ID, 'log')
    await truncate(path, (await stat(path)).size - 3)
    const later = new DiskJobLogs(lab.folder)
    later.write(ID, { level: 'info', text: 'three' })
    expect(await textsOf(later, 0)).toEqual(['1 one', '2 three'])
    expect(await textsOf(new DiskJobLogs(lab.folder), 0)).toEqual(['1 one', '2 three'])
  })

  it('removes the log alone, and knows nothing of jobs without one', async () => {
    await using lab = await openLab()
    lab.logs.write(ID, { level: 'info', text: 'one' })
    await lab.logs.read(ID, 0)
    await writeFile(join(lab.folder, ID, 'result'), 'x')
    await lab.logs.remove(ID)
    await lab.logs.remove(ID)
    expect([await readdir(join(lab.folder, ID)), await lab.logs.read(ID, 0)]).toEqual([['result'], []])
    expect(await lab.logs.read('other' as JobId, 0)).toEqual([])
    expect((await readdir(lab.folder)).sort()).toEqual([ID])
  })

  it('never throws: neither for ids that are paths nor where it cannot write', async () => {
    await using lab = await openLab()
    for (const id of ['../x', '/etc', '']) {
      lab.logs.write(id as JobId, { level: 'info', text: 'x' })
      expect(await lab.logs.read(id as JobId, 0)).toEqual([])
      await lab.logs.remove(id as JobId)
    }
    await appendFile(join(lab.folder, 'file'), 'x')
    lab.logs.write('file' as JobId, { level: 'info', text: 'x' })
    await lab.logs.read('file' as JobId, 0)
    expect(await readdir(lab.folder)).toEqual(['file'])
  })
})

async function textsOf(logs: DiskJobLogs, after: number): Promise<string[]> {
  return (await logs.read(ID, after)).map(({ number, text }) => `${number} ${text}`)
}

async function openLab() {
  const folder = await mkdtemp(join(tmpdir(), 'telereel-logs-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  return { folder, logs: new DiskJobLogs(folder), [Symbol.asyncDispose]: remove }
}
