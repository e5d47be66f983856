import { readBots } from './bots.ts'
import { findFaults } from './config.ts'
import type { Sources } from './env.ts'
import type { Fault } from './fault.ts'
import type { Format } from './format.ts'
import { findNotices } from './notices.ts'
import { type Origin, type Reading, readSettings, shownValue } from './read-settings.ts'
import type { Setting, SettingGroup } from './setting.ts'

/** One setting as `telereel config` and the dashboard show it. Holds no secret; fit for JSON. */
export interface SettingRow {
  readonly name: string
  readonly group: SettingGroup
  readonly help: string
  readonly kind: Format<unknown>['kind']
  readonly allowed: string
  readonly unit?: string
  readonly choices?: readonly string[]
  /** As it would stand in `.env`, or masked; empty = not set and no default. */
  readonly value: string
  readonly fallback: string
  readonly origin: Origin
  readonly secret: boolean
  readonly startOnly: boolean
  readonly asksPassword: boolean
  readonly needsRestart: boolean
  readonly problem?: string
  readonly fix?: string
}

/** Every setting with its value, where it came from, and what is wrong with it. */
export function describeSettings(sources: Sources): SettingRow[] {
  const readings = readSettings(sources)
  const faults = new Map(findFaults(readings, readBots(readings)).map((fault) => [fault.name, fault]))
  return readings.map((reading) => toRow(reading, faults.get(reading.name)))
}

/** Remarks on settings that are valid but hardly meant; also while others are wrong. */
export function describeNotices(sources: Sources): string[] {
  return findNotices(sources, readSettings(sources))
}

function toRow(reading: Reading, fault: Fault | undefined): SettingRow {
  const { name, setting, origin, text } = reading
  return {
    name,
    ...aboutSetting(setting),
    value: text === '' ? setting.fallback : shownText(reading),
    origin,
    ...(fault && {
      problem: fault.shown === undefined ? 'not set' : `${fault.shown} is not allowed`,
      fix: `Set ${name} to ${fault.allowed}.`,
    }),
  }
}

function aboutSetting(setting: Setting) {
  const { group, help, kind, allowed, unit, choices, fallback, startOnly, asksPassword, live } = setting
  return {
    group,
    help,
    kind,
    allowed,
    ...(unit && { unit }),
    ...(choices && { choices }),
    fallback,
    secret: kind === 'secret',
    startOnly,
    asksPassword,
    needsRestart: !live,
  }
}

/** Shown bare where it is plain, else quoted and escaped. */
function shownText(reading: Reading): string {
  const shown = shownValue(reading)
  return shown === JSON.stringify(reading.text) ? reading.text : shown
}
