import { describe, expect, it } from 'vitest'
import type { BlobRef } from '#domain/blob-store.ts'
import type { MessagePlace } from '#domain/channel-ledger.ts'
import type { Fault } from '#test/support/telegram/fault-script.ts'
import { Scrub } from './scrub.ts'
import {
  differences,
  NO_DIFFERENCES,
  noise,
  type StoreInTelegram,
  sourceOf,
  storeInTelegram,
} from './store.test-support.ts'

const DAY_MS = 24 * 3600 * 1000
const TWO_CHANNELS = { replicas: 2, telegram: { bots: 2, channels: 2 } }

/** What is done to one of two copies; the last to both. */
const KINDS = ['deleted', 'flipped', 'stored wrong', 'never copied', 'another file', 'lost'] as const
type Kind = (typeof KINDS)[number]
const STORED_WRONG: Fault = { do: 'store-flipped', bit: 4000 }

describe('the scrub', () => {
  it('finds 50 planted faults of six kinds in thirty days, mends what has a replica, and calls nothing else damaged', async () => {
    await using at = await storeInTelegram(TWO_CHANNELS)
    const planted = new Map<BlobRef, Kind | null>()
    for (let index = 0; index < 100; index++) {
      const kind = index % 2 === 0 ? (KINDS[(index / 2) % KINDS.length] ?? null) : null
      planted.set(await plant(at, index, kind), kind)
    }
    const sent = at.telegram.journal.of('sendDocument').length
    at.events.length = 0
    const scrub = scrubOf(at)
    expect(await scrub.step()).toBe(false)
    const looks = await thirtyDaysOf(at, scrub)
    expect(looks).toBe(100)

    const namesOf = (kinds: readonly (Kind | null)[]) =>
      [...planted].flatMap(([ref, kind]) => (kinds.includes(kind) ? [ref] : [])).sort()
    expect((await scrub.findings()).map(({ ref }) => ref).sort()).toEqual(namesOf(['lost']))
    const notes = at.events.flatMap((event) => (event.kind === 'note' && event.fields?.ref ? [event] : []))
    const refsOf = (level: string) =>
      notes
        .filter((note) => note.level === level)
        .map(({ fields }) => String(fields?.ref))
        .sort()
    const mended = namesOf(KINDS.filter((kind) => kind !== 'lost'))
    expect([refsOf('error'), refsOf('warn')]).toEqual([namesOf(['lost']), mended])
    expect(mended.length + namesOf(['lost']).length).toBe(50)
    // One new message for each that was mended, none for what was whole.
    expect(at.telegram.journal.of('sendDocument').length - sent).toBe(mended.length)
    const { lost, orphans, doubled } = await differences(at)
    expect([lost.length, doubled]).toEqual([2 * namesOf(['lost']).length, []])
    // Telegram deletes nothing after two days: what was bad says that it is nobody's.
    expect(orphans.filter((each) => !each.endsWith(' gone'))).toEqual([])
  }, 60_000)

  it('goes on where it was after a restart, and looks at nothing twice in a pass', async () => {
    await using at = await storeInTelegram()
    for (let index = 0; index < 10; index++) await plant(at, index, null)
    const first = scrubOf(at)
    await first.step()
    at.telegram.clock.jump(15 * DAY_MS)
    let looks = await stepsOf(at, first)
    expect(looks).toBe(5)
    at.telegram.clock.jump(15 * DAY_MS)
    looks += await stepsOf(at, scrubOf(at))
    expect(looks).toBe(10)
    expect(at.telegram.journal.of('download')).toHaveLength(10)
    expect(await differences(at)).toEqual(NO_DIFFERENCES)
  })

  it('works at most a tenth of the time, however much is due', async () => {
    await using at = await storeInTelegram()
    for (let index = 0; index < 4; index++) await plant(at, index, null)
    const scrub = scrubOf(at)
    await scrub.step()
    at.telegram.clock.jump(30 * DAY_MS - 1)
    at.telegram.happen({ what: 'network', latencyMs: 5000 })
    const startedMs = at.telegram.clock.nowMs()
    expect(await scrub.step()).toBe(true)
    const workedMs = at.telegram.clock.nowMs() - startedMs
    expect(await scrub.step()).toBe(false)
    at.telegram.clock.jump(8 * workedMs)
    expect(await scrub.step()).toBe(false)
    at.telegram.clock.jump(2 * workedMs)
    expect(await scrub.step()).toBe(true)
  })

  it('calls nothing lost that only cannot be reached, and comes back to it', async () => {
    await using at = await storeInTelegram()
    const ref = await plant(at, 0, null)
    const scrub = scrubOf(at)
    await scrub.step()
    at.telegram.clock.jump(30 * DAY_MS - 1000)
    const bot = at.telegram.bots[0]?.id ?? 0
    at.telegram.happen({ what: 'kick', botId: bot, chatId: at.chatId })
    at.telegram.clock.jump(1000)
    await expect(scrub.step()).rejects.toMatchObject({ code: expect.stringMatching(/store|credentials/) })
    expect(await scrub.findings()).toEqual([])
    at.telegram.happen({ what: 'join', botId: bot, chatId: at.chatId })
    at.telegram.clock.jump(DAY_MS)
    expect(await scrub.step()).toBe(true)
    expect((await at.ledger.blob(ref))?.copies).toHaveLength(1)
  })

  it('tells of a loss until the blob is deleted', async () => {
    await using at = await storeInTelegram()
    const ref = await plant(at, 0, 'lost')
    const scrub = scrubOf(at)
    await scrub.step()
    at.telegram.clock.jump(30 * DAY_MS)
    await scrub.step()
    expect(await scrubOf(at).findings()).toMatchObject([{ ref, name: 'film000000000001/1' }])
    await at.store.delete(ref)
    expect(await scrub.findings()).toEqual([])
  })
})

function scrubOf({ telegram, ledger, store, events }: StoreInTelegram): Scrub {
  const listener = { emit: (event: StoreInTelegram['events'][number]) => void events.push(event) }
  return new Scrub({
    parts: { ledger, clock: telegram.clock, events: listener },
    bots: telegram.bots.length,
    repair: (ref, signal) => store.repair(ref, { full: true, ...(signal && { signal }) }),
  })
}

async function thirtyDaysOf(at: StoreInTelegram, scrub: Scrub): Promise<number> {
  const { clock } = at.telegram
  const endMs = clock.nowMs() + 30 * DAY_MS
  let looks = 0
  while (clock.nowMs() < endMs) {
    clock.jump(Math.min(DAY_MS / 6, endMs - clock.nowMs()))
    looks += await stepsOf(at, scrub)
  }
  return looks
}

/** All that is due. */
async function stepsOf({ telegram }: StoreInTelegram, scrub: Scrub): Promise<number> {
  let looks = 0
  for (; await scrub.step(); looks++) telegram.clock.jump(600_000)
  return looks
}

async function plant(at: StoreInTelegram, index: number, kind: Kind | null): Promise<BlobRef> {
  if (kind === 'stored wrong') at.telegram.faults.add({ method: 'sendDocument', fault: STORED_WRONG })
  const name = `film00000000000${1 + Math.floor(index / 50)}/${1 + (index % 50)}`
  const ref = await at.store.put(sourceOf(name, noise(3000, index)))
  const blob = await at.ledger.blob(ref)
  const [copy, ...others] = blob?.copies ?? []
  if (!blob || !copy) throw new Error('It is not stored.')
  const happen = (what: 'delete-message' | 'flip-bit', { chatId, messageId }: MessagePlace) =>
    at.telegram.happen({ what, chatId, messageId })
  if (kind === 'never copied') await at.ledger.removeCopy(ref, copy)
  if (kind === 'deleted' || kind === 'never copied') happen('delete-message', copy)
  if (kind === 'flipped') happen('flip-bit', copy)
  if (kind === 'another file') await at.ledger.addCopy(blob, { ...copy, fileUniqueId: 'another' })
  if (kind === 'lost') for (const each of [copy, ...others]) happen('delete-message', each)
  return ref
}
