import type { Setting } from './setting.ts'
import { accessSettings } from './settings/access.ts'
import { downloadSettings } from './settings/downloads.ts'
import { logSettings } from './settings/logs.ts'
import { mediaSettings } from './settings/media.ts'
import { networkSettings } from './settings/network.ts'
import { scaleSettings } from './settings/scale.ts'
import { segmentCacheSettings } from './settings/segment-cache.ts'
import { storeSettings } from './settings/store.ts'
import {
  furtherBotToken,
  furtherChatId,
  MAX_BOTS,
  streamToken,
  surplusBot,
  telegramSettings,
} from './settings/telegram.ts'

/** Every setting that has one name. */
export const SETTINGS = {
  ...telegramSettings,
  ...networkSettings,
  ...mediaSettings,
  ...storeSettings,
  ...segmentCacheSettings,
  ...downloadSettings,
  ...scaleSettings,
  ...accessSettings,
  ...logSettings,
}

export type SettingName = keyof typeof SETTINGS

/** The value of every setting, after parsing. */
export type SettingValues = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer Value> ? Value : never
}

/** The numbers of the further bots: 2 to 10. */
export const FURTHER_BOT_NUMBERS: readonly number[] = Array.from({ length: MAX_BOTS - 1 }, (_, index) => index + 2)

/**
 * The whole table in the order in which it is shown: the settings above, the numbered ones of the further bots, and as
 * many `MULTI_TOKEN`s as `names` holds (at least the first). Bots numbered past the last that counts have rows too: to
 * pass over them in silence would look as if they were used.
 */
export function settingTable(names: Iterable<string> = []): ReadonlyMap<string, Setting> {
  const table = new Map<string, Setting>()
  for (const [name, setting] of Object.entries(SETTINGS)) {
    table.set(name, setting)
    if (name === 'CHAT_ID') for (const [further, row] of furtherBots(names)) table.set(further, row)
    if (name === 'API_HASH') for (const token of streamTokenNames(names)) table.set(token, streamToken)
  }
  return table
}

function furtherBots(names: Iterable<string>): [string, Setting][] {
  const known = FURTHER_BOT_NUMBERS.flatMap((number): [string, Setting][] => [
    [`BOT_TOKEN_${number}`, furtherBotToken],
    [`CHAT_ID_${number}`, furtherChatId],
  ])
  const isKnown = new Set(known.map(([name]) => name))
  const surplus = [...names].filter((name) => /^(BOT_TOKEN|CHAT_ID)_\d+$/.test(name) && !isKnown.has(name))
  return [...known, ...surplus.map((name): [string, Setting] => [name, surplusBot])]
}

const STREAM_TOKEN_NAME = /^MULTI_TOKEN[1-9]\d{0,2}$/

function streamTokenNames(names: Iterable<string>): string[] {
  const found = new Set(['MULTI_TOKEN1', ...[...names].filter((name) => STREAM_TOKEN_NAME.test(name))])
  return [...found].sort((a, b) => a.length - b.length || a.localeCompare(b))
}
