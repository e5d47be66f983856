import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mediaFile } from '../support/media-matrix.ts'
import { leftovers } from '../support/stored-bytes.ts'
import { runErrand } from '../support/telegram-errands.ts'
import { openTelegramLab, type TelegramLab } from '../support/telegram-lab.ts'
import { AGREED, disagreement } from '../support/telegram-oracle.ts'

const KILLS = Number(process.env.KILLS ?? 50)
/** One Telegram serves so many; then another begins anew. */
const KILLS_PER_LAB = 20
/** About as long as a process takes: some kills come when all is done. */
const LATEST_KILL_MS = 2500
const VIDEO = 'crashtest0000001'

describe(`processes that store in Telegram and are killed ${KILLS} times at random moments`, () => {
  it('are followed by others that end the work: no byte lost, nothing doubled, nothing left', async () => {
    for (let kills = 0; kills < KILLS; kills += KILLS_PER_LAB) await round(Math.min(KILLS_PER_LAB, KILLS - kills))
  })
})

async function round(kills: number): Promise<void> {
  await using lab = await openTelegramLab({ telegram: { bots: 10, seed: 1 + Math.floor(Math.random() * 1e6) } })
  const errand = { dataDir: lab.dataDir, env: lab.env, videoId: VIDEO, path: await mediaFile('mp4-two-voices') }
  const first = await runErrand({ ...errand, what: 'upload', check: true })
  const whole = first.killed ? {} : first.segments
  expect(Object.keys(whole).length).toBeGreaterThan(10)
  let what: 'upload' | 'delete' = 'upload'
  for (let left = kills; left > 0; ) {
    what = what === 'upload' ? 'delete' : 'upload'
    loseAnswers(lab)
    // Several kills of one errand: what a crash left must itself survive a crash.
    const times = Math.min(left, 1 + Math.floor(Math.random() * 3))
    left -= times
    for (const _kill of Array(times)) {
      await runErrand({ ...errand, what: Math.random() < 0.3 ? 'sweep' : what }, Math.random() * LATEST_KILL_MS)
    }
    lab.telegram.faults.clear()
    const outcome = await runErrand({ ...errand, what, check: true })
    await expectTidy(lab, lab.dataDir)
    expect(outcome).toMatchObject({ killed: false, segments: what === 'upload' ? whole : {} })
  }
  await runErrand({ ...errand, what: 'upload', check: true })
  await rebuildAfterKills(lab, whole)
}

async function expectTidy({ telegram }: TelegramLab, dataDir: string): Promise<void> {
  expect(await disagreement(telegram, dataDir)).toEqual(AGREED)
  expect(await leftovers(dataDir)).toEqual([])
}

async function rebuildAfterKills(lab: TelegramLab, whole: Readonly<Record<string, string>>): Promise<void> {
  const recoveryKey = (await readFile(join(lab.dataDir, 'recovery-key'), 'utf8')).trim()
  const dataDir = await mkdtemp(join(tmpdir(), 'telereel-rebuilt-'))
  const errand = { what: 'rebuild', dataDir, env: lab.env, videoId: VIDEO, recoveryKey } as const
  for (let times = 0; times < 3; times++) await runErrand(errand, Math.random() * LATEST_KILL_MS)
  await runErrand(errand)
  const outcome = await runErrand({ ...errand, what: 'sweep', check: true })
  await expectTidy(lab, dataDir)
  expect(outcome).toMatchObject({ segments: whole })
  await rm(dataDir, { recursive: true, force: true })
}

/** Some documents arrive and their answer does not. */
function loseAnswers({ telegram }: TelegramLab): void {
  telegram.faults.random({
    seed: Math.floor(Math.random() * 1e9),
    faults: [{ share: 0.15, method: 'sendDocument', fault: { do: 'cut-after' } }],
  })
}
