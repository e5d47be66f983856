import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { StoreStep } from '#adapters/telegram/store-parts.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { leftovers } from '../support/stored-bytes.ts'
import { runErrand } from '../support/telegram-errands.ts'
import { openTelegramLab, type TelegramLab } from '../support/telegram-lab.ts'
import { AGREED, beliefOf, disagreement, isOfStore, nameOf } from '../support/telegram-oracle.ts'

const VIDEO = 'crashtest0000001'

/** What an upload leaves behind on its way, and the copy of the catalog after it. */
const UPLOAD_STEPS: readonly StoreStep[] = [
  ...(['intent-open', 'sent', 'settled', 'abandoned', 'read-back', 'intents-closed'] as const),
  ...(['snapshot-part', 'superblock-sent', 'superblock-pinned', 'snapshot-noted'] as const),
]
const DELETE_STEPS: readonly StoreStep[] = [
  ...(['copy-deleting', 'messages-deleted', 'copy-removed', 'intent-open', 'sent', 'settled'] as const),
  ...(['snapshot-part', 'superblock-sent', 'superblock-pinned', 'old-snapshot-deleted'] as const),
]
const SWEEP_STEPS: readonly StoreStep[] = [
  ...(['probe-sent', 'looked', 'look-cleared', 'adopted', 'orphan-deleted', 'mark-moved', 'probe-deleted'] as const),
  'intents-closed',
]
const REBUILD_STEPS = ['looked', 'look-cleared', 'probe-sent', 'mark-moved', 'probe-deleted', 'restored', 'found']
/** Without a copy of the catalog in the channel. */
const BARE_REBUILD_STEPS = ['adopted', 'mark-moved', 'found']

let film: string
beforeAll(async () => {
  film = await mediaFile('mp4-two-voices')
})

/** Many bots, so that sweeps need not wait for their turn. */
async function openLab() {
  const lab = await openTelegramLab({ telegram: { bots: 10 } })
  const errand = { dataDir: lab.dataDir, env: lab.env, videoId: VIDEO, path: film }
  const kill = async (what: 'upload' | 'delete' | 'sweep', step: string, nth = 1) => {
    expect(await runErrand({ ...errand, what, killAt: { step, nth } }), `${what} at ${step}`).toEqual({ killed: true })
  }
  const finish = async (what: 'upload' | 'delete' | 'sweep', after: string) => {
    const outcome = await runErrand({ ...errand, what, check: true })
    expect(await disagreement(lab.telegram, lab.dataDir), after).toEqual(AGREED)
    expect(await leftovers(lab.dataDir), after).toEqual([])
    return 'segments' in outcome ? outcome.segments : {}
  }
  return { lab, kill, finish, [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() }
}

/** Of one document Telegram takes the bytes, and its answer is lost. */
function loseAnAnswer({ telegram }: TelegramLab): void {
  telegram.faults.clear()
  telegram.faults.add({ method: 'sendDocument', nth: 2, fault: { do: 'cut-after' } })
}

describe.concurrent('a process that is killed', () => {
  it('while it uploads or deletes is followed by one that ends the work: nothing lost, doubled or left', async () => {
    await using at = await openLab()
    const { lab, kill, finish } = at
    const whole = await finish('upload', 'no kill')
    expect(Object.keys(whole).length).toBeGreaterThan(10)
    await finish('delete', 'no kill')
    for (let round = 0; round < Math.max(UPLOAD_STEPS.length, DELETE_STEPS.length); round++) {
      const upload = UPLOAD_STEPS[round]
      if (upload) {
        loseAnAnswer(lab)
        await kill('upload', upload)
      }
      expect(await finish('upload', `upload killed at ${upload}`)).toEqual(whole)
      const remove = DELETE_STEPS[round]
      if (remove) await kill('delete', remove)
      await finish('delete', `delete killed at ${remove}`)
      expect(
        lab.telegram
          .live(lab.chatId)
          .map(nameOf)
          .filter((name) => name.startsWith(VIDEO)),
      ).toEqual([])
    }
  }, 300_000)

  it('while it sweeps, and again while it sweeps what that left, is followed by one that ends the sweep', async () => {
    await using at = await openLab()
    const { kill, finish } = at
    const whole = await finish('upload', 'no kill')
    await finish('delete', 'no kill')
    // A blob whose answer nobody heard, and a send of which nobody knows whether it was one.
    await kill('upload', 'sent')
    await kill('upload', 'intent-open')
    for (const step of SWEEP_STEPS) await kill('sweep', step)
    expect(await finish('upload', 'many kills')).toEqual(whole)
  }, 300_000)

  it('while it rebuilds, again and again, is followed by one that rebuilds the same', async () => {
    await using at = await openLab()
    const { lab, finish } = at
    await finish('upload', 'no kill')
    const [before] = (await beliefOf(lab.dataDir)).records
    const recoveryKey = (await readFile(join(lab.dataDir, 'recovery-key'), 'utf8')).trim()
    const rebuildUntilKilled = async (steps: readonly string[]) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'telereel-rebuilt-'))
      const errand = { what: 'rebuild', dataDir, env: lab.env, videoId: VIDEO, recoveryKey } as const
      for (const step of steps) {
        expect(await runErrand({ ...errand, killAt: { step, nth: 1 } }), step).toEqual({ killed: true })
      }
      await runErrand(errand)
      await runErrand({ ...errand, what: 'sweep' })
      expect(await disagreement(lab.telegram, dataDir)).toEqual(AGREED)
      const { records } = await beliefOf(dataDir)
      expect(records.map(({ segments }) => segments)).toEqual([before?.segments])
      await rm(dataDir, { recursive: true, force: true })
    }
    await rebuildUntilKilled(REBUILD_STEPS)
    for (const { chatId, messageId } of lab.telegram.live(lab.chatId).filter(isOfStore)) {
      lab.telegram.happen({ what: 'delete-message', chatId, messageId })
    }
    await rebuildUntilKilled(BARE_REBUILD_STEPS)
  }, 300_000)
})
