import type { BotLedger } from '#domain/channel-ledger.ts'
import type { BotLanes } from './bot-lanes.ts'
import type { Clock } from './clock.ts'
import type { CallKind } from './call-kind.ts'

/** A clock that was set wrong when it was written must not stop a bot for years. */
const LONGEST_WAIT_MS = 24 * 3_600_000

/** Takes up what former processes were told to wait, so that a restart does not call early. */
export async function resumePaces(bots: readonly BotLanes[], ledger: BotLedger, clock: Clock): Promise<void> {
  const saved = await ledger.paces()
  const sinceMs = await restedMsOf(ledger, clock)
  const restedMs = sinceMs ?? 0
  for (const lanes of bots) {
    // Also those of which no pace was kept: whoever sent may have been killed before.
    if (sinceMs !== null) lanes.rested(clock.nowMs(), sinceMs)
    for (const { botId, chatId, notBefore, callsPerSec } of saved) {
      if (botId !== lanes.bot.id || chatId === null) continue
      resumeOne(lanes, clock, { kind: 'send', chatId, notBeforeWallMs: notBefore.getTime(), callsPerSec, restedMs })
    }
    await resumeFacts(lanes, ledger, clock)
  }
}

/** Of reads and deletes. */
async function resumeFacts(lanes: BotLanes, ledger: BotLedger, clock: Clock): Promise<void> {
  for (const kind of FACT_KINDS) {
    const fact = readFact(await ledger.fact(factName(lanes, kind)))
    if (fact) resumeOne(lanes, clock, { kind, chatId: 0, restedMs: 0, ...fact })
  }
}

/** Keeps the pace of one kind of call, in one chat for sends. */
export async function savePace(
  lanes: BotLanes,
  kind: CallKind,
  chatId: number,
  { ledger, clock }: { readonly ledger: BotLedger; readonly clock: Clock },
): Promise<void> {
  const nowMs = clock.nowMs()
  const pace = lanes.pace(kind, chatId)
  const notBeforeWallMs = clock.wallMs() + Math.max(0, lanes.heldUntilMs(kind, chatId) - nowMs)
  const callsPerSec = pace.sustainedPerSec(nowMs)
  if (kind !== 'send') return ledger.setFact(factName(lanes, kind), { notBeforeWallMs, callsPerSec })
  const notBefore = new Date(Math.ceil(notBeforeWallMs))
  await ledger.savePace({ botId: lanes.bot.id, chatId, notBefore, callsPerSec })
}

const FACT_KINDS = ['read', 'delete'] as const

/** When the last process that sent something had ended well; false while one sends, and after it was killed. */
const CLOSED_FACT = 'telegram: sent nothing since'

/** 0 where nobody knows; null when nothing was ever sent. */
async function restedMsOf(ledger: BotLedger, clock: Clock): Promise<number | null> {
  const closedWallMs = await ledger.fact(CLOSED_FACT)
  if (closedWallMs === null) return null
  return typeof closedWallMs === 'number' ? Math.max(0, clock.wallMs() - closedWallMs) : 0
}

/** To be called before the first send: from now on nobody knows when the last one was. Another process may end meanwhile. */
export async function noteSending(ledger: BotLedger): Promise<void> {
  await ledger.setFact(CLOSED_FACT, false)
}

export async function noteClosed(ledger: BotLedger, clock: Clock): Promise<void> {
  await ledger.setFact(CLOSED_FACT, clock.wallMs())
}

interface SavedFact {
  readonly notBeforeWallMs: number
  readonly callsPerSec: number
}

type Saved = SavedFact & { readonly kind: CallKind; readonly chatId: number; readonly restedMs: number }

function resumeOne(lanes: BotLanes, clock: Clock, kept: Saved): void {
  const nowMs = clock.nowMs()
  const waitMs = Math.min(LONGEST_WAIT_MS, Math.max(0, kept.notBeforeWallMs - clock.wallMs()))
  const { kind, chatId, callsPerSec, restedMs } = kept
  lanes.resume(kind, chatId, nowMs, { callsPerSec, restedMs, notBeforeMs: nowMs + waitMs })
  if (waitMs > 0) lanes.bot.gate.hold(kept.kind, nowMs + waitMs)
}

function factName(lanes: BotLanes, kind: CallKind): string {
  return `telegram: pace of ${kind}s by bot ${lanes.bot.id}`
}

function readFact(fact: unknown): SavedFact | null {
  if (typeof fact !== 'object' || fact === null) return null
  const { notBeforeWallMs, callsPerSec } = fact as Partial<Record<keyof SavedFact, unknown>>
  const isKept = Number.isFinite(notBeforeWallMs) && Number.isFinite(callsPerSec)
  return isKept ? { notBeforeWallMs: Number(notBeforeWallMs), callsPerSec: Number(callsPerSec) } : null
}
