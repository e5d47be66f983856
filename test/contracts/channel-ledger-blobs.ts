import { describe, expect, it } from 'vitest'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import { ConflictError } from '#domain/errors.ts'
import {
  BOT,
  blobFacts,
  CHANNEL,
  type CreateChannelLedger,
  copyAt,
  OTHER_CHANNEL,
  refOf,
} from './channel-ledger-samples.ts'

export function testBlobLedger(name: string, create: CreateChannelLedger): void {
  testCopies(name, create)
  testWalks(name, create)
}

function testCopies(name: string, create: CreateChannelLedger): void {
  describe(`${name}: copies`, () => {
    it('knows a blob by its copies, wherever they are', async () => {
      await using opened = await create()
      const { ledger } = opened
      const film = blobFacts('film/0')
      expect(await ledger.blob(film.ref)).toBeNull()
      await ledger.addCopy(film, copyAt(5))
      await ledger.addCopy(film, copyAt(9, OTHER_CHANNEL))
      await ledger.addCopy(film, copyAt(4, OTHER_CHANNEL))
      const copies = [copyAt(5), copyAt(4, OTHER_CHANNEL), copyAt(9, OTHER_CHANNEL)]
      expect(await ledger.blob(film.ref)).toEqual({ ...film, copies })
    })

    it('changes the state of a copy that is added again, and nothing else of the blob', async () => {
      await using opened = await create()
      const { ledger } = opened
      const film = blobFacts('film/0')
      await ledger.addCopy(film, copyAt(5))
      const changed = { ...copyAt(5), state: 'deleting', fileUniqueId: 'newly seen' } as const
      await ledger.addCopy({ ...film, byteLength: 1, sha256: 'other' }, changed)
      expect(await ledger.blob(film.ref)).toEqual({ ...film, copies: [changed] })
    })

    it('forgets a blob with its last copy, and the handles with each', async () => {
      await using opened = await create()
      const { ledger } = opened
      const film = blobFacts('film/0')
      for (const messageId of [5, 6]) {
        await ledger.addCopy(film, copyAt(messageId))
        await ledger.saveHandle(copyAt(messageId), BOT, `file ${messageId}`)
      }
      await ledger.removeCopy(film.ref, copyAt(5))
      expect((await ledger.blob(film.ref))?.copies).toEqual([copyAt(6)])
      expect([await ledger.handle(copyAt(5), BOT), await ledger.handle(copyAt(6), BOT)]).toEqual([null, 'file 6'])
      await ledger.removeCopy(film.ref, copyAt(6))
      expect(await ledger.blob(film.ref)).toBeNull()
      expect(await ledger.handle(copyAt(6), BOT)).toBeNull()
      await ledger.addCopy({ ...film, byteLength: 7 }, copyAt(8))
      expect(await ledger.blob(film.ref)).toEqual({ ...film, byteLength: 7, copies: [copyAt(8)] })
    })

    it('does not mind removing what is not there, or what belongs to another blob', async () => {
      await using opened = await create()
      const { ledger } = opened
      const film = blobFacts('film/0')
      await ledger.addCopy(film, copyAt(5))
      await ledger.saveHandle(copyAt(5), BOT, 'file 5')
      await ledger.removeCopy(film.ref, copyAt(6))
      await ledger.removeCopy(refOf('film/1'), copyAt(5))
      await ledger.removeCopy(film.ref, copyAt(5, OTHER_CHANNEL))
      expect(await ledger.blob(film.ref)).toEqual({ ...film, copies: [copyAt(5)] })
      expect(await ledger.handle(copyAt(5), BOT)).toBe('file 5')
    })

    it('refuses a message that holds another blob, and then changes nothing', async () => {
      await using opened = await create()
      const { ledger } = opened
      await ledger.addCopy(blobFacts('film/0'), copyAt(5))
      await expect(ledger.addCopy(blobFacts('film/1'), copyAt(5))).rejects.toBeInstanceOf(ConflictError)
      expect(await walk(ledger)).toEqual(['film/0'])
    })

    it('keeps blobs and copies together when both come and go at the same time', async () => {
      await using opened = await create()
      const { ledger } = opened
      const film = blobFacts('film/0')
      for (let round = 0; round < 60; round++) {
        await ledger.addCopy(film, copyAt(1))
        const adding = [2, 3, 4].map((messageId) => ledger.addCopy(film, copyAt(messageId)))
        const removing = [1, 2, 3].map((messageId) => ledger.removeCopy(film.ref, copyAt(messageId)))
        await Promise.all([...removing, ...adding])
        const known = await ledger.blob(film.ref)
        expect(known?.copies).toContainEqual(copyAt(4))
        for (const copy of known?.copies ?? []) await ledger.removeCopy(film.ref, copy)
        expect([await ledger.blob(film.ref), await walk(ledger)]).toEqual([null, []])
      }
    })

    it('shows a blob that is being removed with its copies or not at all', async () => {
      await using opened = await create()
      const { ledger } = opened
      const film = blobFacts('film/0')
      for (let round = 0; round < 10; round++) {
        await ledger.addCopy(film, copyAt(1))
        const reading = [ledger.blob(film.ref), Array.fromAsync(ledger.blobs()).then(([first]) => first ?? null)]
        const [seen] = await Promise.all([Promise.all(reading), ledger.removeCopy(film.ref, copyAt(1))])
        for (const blob of seen) expect([null, { ...film, copies: [copyAt(1)] }]).toContainEqual(blob)
      }
    })

    it('counts what is stored, per channel', async () => {
      await using opened = await create()
      const { ledger } = opened
      expect(await ledger.channelFigures()).toEqual([])
      await ledger.addCopy(blobFacts('film/0', 3_000_000_000), copyAt(5))
      await ledger.addCopy(blobFacts('film/1', 4_000_000_000), copyAt(6))
      await ledger.addCopy(blobFacts('film/1', 4_000_000_000), copyAt(2, OTHER_CHANNEL))
      await ledger.addCopy(blobFacts('film/2'), { ...copyAt(8), state: 'deleting' })
      await ledger.addCopy(blobFacts('film/3'), { ...copyAt(9), state: 'undeletable' })
      await ledger.noteId({ chatId: OTHER_CHANNEL, messageId: 30 }, 'foreign')
      await ledger.setMark(-5, 12)
      expect(await ledger.channelFigures()).toEqual([
        { chatId: CHANNEL, messages: 2, bytes: 7_000_000_000, topMessageId: 9 },
        { chatId: OTHER_CHANNEL, messages: 1, bytes: 4_000_000_000, topMessageId: 30 },
        { chatId: -5, messages: 0, bytes: 0, topMessageId: 12 },
      ])
    })
  })
}

function testWalks(name: string, create: CreateChannelLedger): void {
  describe(`${name}: walks over all blobs`, () => {
    it('lists them by the bytes of their refs, whole', async () => {
      await using opened = await create()
      const { ledger } = opened
      const names = ['b/10', 'b/2', 'B/0', 'é/0', 'a-b/0', 'a/0', 'ab/0', '\u{1f600}/0', '\uff5e/0', '_/0']
      for (const [index, each] of names.entries()) await ledger.addCopy(blobFacts(each), copyAt(index + 1))
      await ledger.addCopy(blobFacts('b/2'), copyAt(99))
      const sorted = ['B/0', '_/0', 'a-b/0', 'a/0', 'ab/0', 'b/10', 'b/2', 'é/0', '\uff5e/0', '\u{1f600}/0']
      expect(await walk(ledger)).toEqual(sorted)
      const all = await Array.fromAsync(ledger.blobs())
      expect(all[6]).toEqual({ ...blobFacts('b/2'), copies: [copyAt(2), copyAt(99)] })
    })

    it('lists those whose name begins as asked, exactly', async () => {
      await using opened = await create()
      const { ledger } = opened
      const names = ['film/0', 'film/1', 'film', 'Film/2', 'film%/3', 'fil_/4', 'film/é', 'films/5', 'snapshot/film/6']
      for (const [index, each] of names.entries()) await ledger.addCopy(blobFacts(each), copyAt(index + 1))
      expect(await walk(ledger, 'film/')).toEqual(['film/0', 'film/1', 'film/é'])
      expect(await walk(ledger, 'film%')).toEqual(['film%/3'])
      expect(await walk(ledger, 'fil_')).toEqual(['fil_/4'])
      expect(await walk(ledger, 'nobody')).toEqual([])
      expect(await walk(ledger, '')).toHaveLength(names.length)
    })

    it('goes on while others add and remove', async () => {
      await using opened = await create()
      const { ledger } = opened
      const names = Array.from({ length: 600 }, (_, index) => `film/${String(index).padStart(4, '0')}`)
      await Promise.all(names.map((each, index) => ledger.addCopy(blobFacts(each), copyAt(index + 1))))
      const seen: string[] = []
      for await (const blob of ledger.blobs()) {
        seen.push(blob.name)
        expect(blob.copies.length).toBe(1)
        if (seen.length === 3) {
          await ledger.removeCopy(refOf('film/0001'), copyAt(2))
          await ledger.removeCopy(refOf('film/0550'), copyAt(551))
          await ledger.addCopy(blobFacts('a film that comes before'), copyAt(5000))
        }
      }
      expect(seen).toEqual(names.filter((each) => each !== 'film/0550'))
    })

    it('may be left early', async () => {
      await using opened = await create()
      const { ledger } = opened
      for (const each of [1, 2]) await ledger.addCopy(blobFacts(`film/${each}`), copyAt(each))
      for await (const blob of ledger.blobs()) {
        expect(blob.name).toBe('film/1')
        break
      }
      await ledger.removeCopy(refOf('film/1'), copyAt(1))
      expect(await walk(ledger)).toEqual(['film/2'])
    })
  })
}

async function walk(ledger: ChannelLedger, prefix?: string): Promise<string[]> {
  return (await Array.fromAsync(ledger.blobs(prefix))).map((blob) => blob.name)
}
