import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import type { ChannelCopy, ChannelLedger } from '#domain/channel-ledger.ts'
import {
  BOT,
  blobFacts,
  CHANNEL,
  copyAt,
  intentOf,
  OTHER_BOT,
  OTHER_CHANNEL,
  refOf,
} from '#test/contracts/channel-ledger-samples.ts'
import { memoryChannelLedger } from '../memory/memory-channel-ledger.ts'
import { openDatabase } from './open-database.ts'

const folder = mkdtempSync(join(tmpdir(), 'telereel-ledger-twins-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

/** One step on a ledger; what it resolves with, or how it rejects, is compared too. */
type Step = (ledger: ChannelLedger) => Promise<unknown>

const NAMES = ['film/0', 'film/1', 'Film/0', 'film/10']
const CHATS = [CHANNEL, OTHER_CHANNEL]
const BOTS = [BOT, OTHER_BOT]

const name = fc.constantFrom(...NAMES)
const chat = fc.constantFrom(...CHATS)
const bot = fc.constantFrom(...BOTS)
const id = fc.integer({ min: 1, max: 6 })
const nonce = fc.constantFrom('a', 'b', 'c')
const state = fc.constantFrom<ChannelCopy['state']>('stored', 'deleting', 'undeletable')
const copy = fc
  .tuple(id, chat, state, fc.constantFrom('x', 'y'))
  .map(([at, where, how, fileUniqueId]): ChannelCopy => ({ ...copyAt(at, where), state: how, fileUniqueId }))
const said = JSON.stringify

const step: fc.Arbitrary<readonly [string, Step]> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(name, fc.nat(3), copy)
      .map(([n, bytes, c]) => on(`addCopy ${n} ${bytes} ${said(c)}`, (l) => l.addCopy(blobFacts(n, bytes), c))),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(name, copy).map(([n, c]) => on(`removeCopy ${n} ${said(c)}`, (l) => l.removeCopy(refOf(n), c))),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(nonce, name, fc.nat(2))
      .map(([x, n, second]) =>
        on(`openIntent ${x} ${n}`, (l) => l.openIntent(intentOf(x, n, { startedAt: new Date(second * 1000) }))),
      ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(nonce, copy).map(([x, c]) => on(`settle ${x} ${said(c)}`, (l) => l.settleIntent(x, c))),
  },
  nonce.map((x) => on(`closeIntent ${x}`, (l) => l.closeIntent(x))),
  nonce.map((x) => on(`abandonIntent ${x}`, (l) => l.abandonIntent(x))),
  fc.tuple(chat, fc.nat(6)).map(([c, m]) => on(`setMark ${c} ${m}`, (l) => l.setMark(c, m))),
  {
    weight: 2,
    arbitrary: copy.map((c) =>
      on(`noteId ${said(c)}`, (l) => l.noteId(c, c.state === 'stored' ? 'foreign' : 'missing')),
    ),
  },
  fc.tuple(chat, fc.nat(7), fc.nat(7)).map(([c, f, t]) => on(`knownIds ${c} ${f} ${t}`, (l) => l.knownIds(c, f, t))),
  {
    weight: 2,
    arbitrary: fc
      .tuple(copy, bot)
      .map(([c, b]) => on(`saveHandle ${said(c)} ${b}`, (l) => l.saveHandle(c, b, `${c.state}`))),
  },
  fc.tuple(copy, bot).map(([c, b]) => on(`dropHandle ${said(c)} ${b}`, (l) => l.dropHandle(c, b))),
  fc
    .tuple(bot, fc.option(chat), fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }))
    .map(([botId, chatId, callsPerSec]) =>
      on(`savePace ${botId} ${chatId}`, (l) => l.savePace({ botId, chatId, callsPerSec, notBefore: new Date(5) })),
    ),
  fc.tuple(name, fc.jsonValue()).map(([n, value]) => on(`setFact ${n}`, (l) => l.setFact(n, value))),
  fc
    .constantFrom('film/', 'film/1', '')
    .map((prefix) => on(`blobs ${prefix}`, (l) => Array.fromAsync(l.blobs(prefix)))),
)

it('shows the same on SQLite as in memory, whatever is done', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const memory = memoryChannelLedger()
      await using database = await openDatabase({ kind: 'sqlite', path: join(folder, `${++files}.db`) })
      for (const [what, run] of steps)
        expect(await outcome(run(database.ledger)), what).toEqual(await outcome(run(memory)))
      expect(await observed(database.ledger)).toEqual(await observed(memory))
    }),
    { numRuns: 100 },
  )
}, 60_000)

function on(what: string, run: Step): readonly [string, Step] {
  return [what, run]
}

async function outcome(doing: Promise<unknown>): Promise<unknown> {
  try {
    return await doing
  } catch (error) {
    return `rejects with ${(error as Error).name}: ${(error as Error).message}`
  }
}

/** All that it knows. */
async function observed(ledger: ChannelLedger) {
  const places = CHATS.flatMap((chatId) => [1, 2, 3, 4, 5, 6].map((messageId) => ({ chatId, messageId })))
  return {
    blobs: await Array.fromAsync(ledger.blobs()),
    each: await Promise.all(NAMES.map((each) => ledger.blob(refOf(each)))),
    figures: await ledger.channelFigures(),
    intents: await ledger.intents(),
    marks: await Promise.all(CHATS.map((each) => ledger.mark(each))),
    known: await Promise.all(CHATS.map((each) => ledger.knownIds(each, 0, 10))),
    handles: await Promise.all(places.flatMap((place) => BOTS.map((each) => ledger.handle(place, each)))),
    paces: await ledger.paces(),
    facts: await Promise.all(NAMES.map((each) => ledger.fact(each))),
  }
}
