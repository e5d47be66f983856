import type { Sources } from './env.ts'
import { type Fault, showValue } from './fault.ts'
import { MASK, Secret } from './secrets.ts'
import type { Setting } from './setting.ts'
import { SETTINGS, type SettingName, type SettingValues, settingTable } from './settings.ts'

export type Origin = 'default' | '.env' | 'environment'

/** One setting as found: where its text came from and what became of it. */
export interface Reading {
  readonly name: string
  readonly setting: Setting
  readonly origin: Origin
  /** As written; empty when nothing was. */
  readonly text: string
  /** The parsed value; the default while there is a fault. */
  readonly value: unknown
  readonly fault?: Fault
}

/** Reads every setting of the table from the sources. A name that is set to nothing counts as not set. */
export function readSettings({ environment, dotenv }: Pick<Sources, 'environment' | 'dotenv'>): Reading[] {
  const table = settingTable([...Object.keys(environment), ...Object.keys(dotenv)])
  return Array.from(table, ([name, setting]) => {
    if (environment[name] !== undefined) return readSetting(name, setting, environment[name], 'environment')
    if (dotenv[name] !== undefined) return readSetting(name, setting, dotenv[name], '.env')
    return readSetting(name, setting, '', 'default')
  })
}

/** The parsed values by name. */
export function valuesOf(readings: readonly Reading[]): SettingValues {
  const found = readings.filter(({ name }) => Object.hasOwn(SETTINGS, name))
  return Object.fromEntries(found.map(({ name, value }) => [name as SettingName, value])) as SettingValues
}

/** How a value is shown to people: a secret masked, all else in one safe line. */
export function shownValue({ setting, text, value }: Reading): string {
  if (setting.kind !== 'secret') return showValue(text)
  return value instanceof Secret && text.trim() === value.reveal() ? value.masked() : MASK
}

function readSetting(name: string, setting: Setting, text: string, origin: Origin): Reading {
  const reading = { name, setting, origin, text, value: fallbackValue(name, setting) }
  if (text.trim() === '') return { ...reading, text: '' }
  const value = hasControlCharacters(setting, text) ? undefined : setting.read(text)
  if (value !== undefined) return { ...reading, value }
  return { ...reading, fault: { name, shown: shownValue(reading), allowed: setting.allowed } }
}

/** A line break in a value is how foreign lines get into `.env`, logs and headers. Secrets may be JSON over many lines. */
function hasControlCharacters(setting: Setting, text: string): boolean {
  return setting.kind === 'secret' ? text.includes('\0') : /\p{Cc}/u.test(text)
}

function fallbackValue(name: string, { read, fallback }: Setting): unknown {
  if (fallback === '') return undefined
  const value = read(fallback)
  if (value === undefined) throw new Error(`The default of ${name} does not pass its own check.`)
  return value
}
