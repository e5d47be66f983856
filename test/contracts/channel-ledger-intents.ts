import { describe, expect, it } from 'vitest'
import { ConflictError, NotFoundError } from '#domain/errors.ts'
import {
  blobFacts,
  type CreateChannelLedger,
  copyAt,
  intentOf,
  OTHER_BOT,
  OTHER_CHANNEL,
  refOf,
} from './channel-ledger-samples.ts'

export function testIntentLedger(name: string, create: CreateChannelLedger): void {
  describe(`${name}: intents`, () => {
    it('keeps an intent as it was given until it is closed, oldest first', async () => {
      await using opened = await create()
      const { ledger } = opened
      const later = intentOf('a', 'film/0', { startedAt: new Date(9_000), chatId: OTHER_CHANNEL, botId: OTHER_BOT })
      const [first, second] = [intentOf('c', 'film/0', { startedAt: new Date(8_000) }), intentOf('b', 'film/1')]
      for (const each of [second, later, first]) await ledger.openIntent(each)
      expect(await ledger.intents()).toEqual([first, later, second])
      await ledger.closeIntent('a')
      expect(await ledger.intents()).toEqual([first, second])
      expect(await ledger.blob(refOf('film/0'))).toBeNull()
    })

    it('turns an intent into a copy', async () => {
      await using opened = await create()
      const { ledger } = opened
      await ledger.openIntent(intentOf('a', 'film/0'))
      await ledger.openIntent(intentOf('b', 'film/0'))
      await ledger.settleIntent('a', copyAt(5))
      expect(await ledger.blob(refOf('film/0'))).toEqual({ ...blobFacts('film/0'), copies: [copyAt(5)] })
      await ledger.settleIntent('b', copyAt(6))
      expect((await ledger.blob(refOf('film/0')))?.copies).toEqual([copyAt(5), copyAt(6)])
      expect(await ledger.intents()).toEqual([])
    })

    it('settles what was abandoned, and remembers what was', async () => {
      await using opened = await create()
      const { ledger } = opened
      await ledger.openIntent(intentOf('a', 'film/0'))
      await ledger.abandonIntent('a')
      expect(await ledger.intents()).toEqual([intentOf('a', 'film/0', { state: 'abandoned' })])
      await ledger.openIntent(intentOf('a', 'film/0'))
      expect(await ledger.intents()).toMatchObject([{ state: 'abandoned' }])
      await ledger.settleIntent('a', copyAt(5))
      expect((await ledger.blob(refOf('film/0')))?.copies).toEqual([copyAt(5)])
      expect(await ledger.intents()).toEqual([])
    })

    it('takes the same step twice without complaint', async () => {
      await using opened = await create()
      const { ledger } = opened
      await ledger.openIntent(intentOf('a', 'film/0'))
      for (let time = 0; time < 2; time++) await ledger.settleIntent('a', copyAt(5))
      await ledger.abandonIntent('a')
      await ledger.closeIntent('a')
      expect(await ledger.intents()).toEqual([])
      expect((await ledger.blob(refOf('film/0')))?.copies).toEqual([copyAt(5)])
    })

    it('says when it was too late to settle, so that nobody believes in a copy that is not known', async () => {
      await using opened = await create()
      const { ledger } = opened
      await ledger.openIntent(intentOf('a', 'film/0'))
      await ledger.closeIntent('a')
      await expect(ledger.settleIntent('a', copyAt(5))).rejects.toBeInstanceOf(NotFoundError)
      expect(await ledger.blob(refOf('film/0'))).toBeNull()
    })

    it('keeps the intent when the message holds another blob', async () => {
      await using opened = await create()
      const { ledger } = opened
      await ledger.addCopy(blobFacts('film/1'), copyAt(5))
      await ledger.openIntent(intentOf('a', 'film/0'))
      await expect(ledger.settleIntent('a', copyAt(5))).rejects.toBeInstanceOf(ConflictError)
      expect(await ledger.intents()).toEqual([intentOf('a', 'film/0')])
      expect(await ledger.blob(refOf('film/0'))).toBeNull()
    })

    it('lets the answer and the scan settle the same send at the same time', async () => {
      await using opened = await create()
      const { ledger } = opened
      const nonces = Array.from({ length: 20 }, (_, index) => `nonce ${index}`)
      await Promise.all(nonces.map((nonce, index) => ledger.openIntent(intentOf(nonce, `film/${index}`))))
      const settling = [...nonces, ...nonces].map((nonce) =>
        ledger.settleIntent(nonce, copyAt(nonces.indexOf(nonce) + 1)),
      )
      await Promise.all(settling)
      expect(await ledger.intents()).toEqual([])
      expect(await Array.fromAsync(ledger.blobs())).toHaveLength(20)
      expect(await ledger.channelFigures()).toMatchObject([{ messages: 20 }])
    })
  })
}
