import type { BotLedger } from '#domain/channel-ledger.ts'
import { DEFAULT_TUNING, type LaneTuning } from './lane-tuning.ts'

/** What `doctor --live` found out; null where it could not. Nothing may depend on a lucky answer (telegram.md §11). */
export interface LiveFacts {
  /** ISO 8601. */
  readonly measuredAt: string
  /** How many messages of one bot in one channel were tried in a row; 0 when that was not measured. */
  readonly sendsTried: number
  /** As fast as it goes, before the first 429; null when none came. */
  readonly burst: number | null
  /** One a second after that, before the next 429; null when none came. */
  readonly sendsInARow: number | null
  /** A second bot is limited together with the first. */
  readonly limitIsShared: boolean | null
  /** File links heed Range. */
  readonly rangesWork: boolean | null
  /** Messages older than 48 hours can be deleted. */
  readonly oldDeletesWork: boolean | null
  readonly sameBytesSameId: boolean | null
  /** Editing a caption shows the file to a bot that did not send it. */
  readonly editGivesHandle: boolean | null
  /** A pin is a message of its own. */
  readonly pinTakesId: boolean | null
  /** The status for a token that does not exist. */
  readonly badTokenStatus: number | null
  readonly uploadBytesPerSec: number | null
  readonly downloadBytesPerSec: number | null
}

/** A message left behind on purpose, to be deleted when it is old. */
export interface KeptMessage {
  readonly chatId: number
  readonly messageId: number
  readonly sentAtMs: number
}

const FACTS = 'telegram: measured live'
const KEPT = 'telegram: message kept to be deleted'

export async function readLiveFacts(ledger: BotLedger): Promise<LiveFacts | null> {
  const fact = await ledger.fact(FACTS)
  return typeof fact === 'object' && fact !== null && 'measuredAt' in fact ? (fact as LiveFacts) : null
}

export async function saveLiveFacts(ledger: BotLedger, facts: LiveFacts): Promise<void> {
  await ledger.setFact(FACTS, facts)
}

export async function readKeptMessage(ledger: BotLedger): Promise<KeptMessage | null> {
  const fact = await ledger.fact(KEPT)
  return typeof fact === 'object' && fact !== null && 'messageId' in fact ? (fact as KeptMessage) : null
}

export async function saveKeptMessage(ledger: BotLedger, kept: KeptMessage | null): Promise<void> {
  await ledger.setFact(KEPT, kept)
}

/** Enough messages in a row to call a channel unlimited, as far as a start goes. */
const MANY_SENDS = 30

/** How the lanes begin with what was measured; what they learn from then on counts more. */
export function tuningFrom(facts: LiveFacts | null): LaneTuning {
  if (!facts) return DEFAULT_TUNING
  const { burst, sendsTried } = facts
  const { chat } = DEFAULT_TUNING
  if (burst !== null) {
    return { ...DEFAULT_TUNING, chat: { ...chat, burst: Math.max(1, Math.min(chat.burst, burst)) } }
  }
  return sendsTried < MANY_SENDS
    ? DEFAULT_TUNING
    : { ...DEFAULT_TUNING, chat: { ...chat, maxPerSec: 2 * chat.maxPerSec } }
}
