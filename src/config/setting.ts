import type { Format } from './format.ts'

/** The groups of settings, in the order in which they are shown. */
export const SETTING_GROUPS = [
  'Telegram',
  'network',
  'media',
  'store',
  'segment cache',
  'downloads',
  'scale',
  'access',
  'logs',
] as const

export type SettingGroup = (typeof SETTING_GROUPS)[number]

/** One row of the table of settings: all that parsing, `.env.example`, `telereel config` and the dashboard know of it. */
export interface Setting<T = unknown> extends Format<T> {
  readonly group: SettingGroup
  /** What holds when nothing is set, written as in `.env`; empty = nothing. */
  readonly fallback: string
  readonly help: string
  /** The dashboard shows it but cannot change it: whoever owns it owns the machine (paths, hosts, databases). */
  readonly startOnly: boolean
  /** The dashboard asks for the current password before it changes this. */
  readonly asksPassword: boolean
  /** A change is taken over by the running server; else by the next start. */
  readonly live: boolean
}

interface SettingWords {
  readonly help: string
  readonly startOnly?: boolean
  readonly asksPassword?: boolean
  readonly live?: boolean
}

/** Makes the rows of one group. */
export function settingsOf(group: SettingGroup) {
  const row = <T>(format: Format<T>, fallback: string, words: SettingWords): Setting<T> => ({
    ...format,
    group,
    fallback,
    startOnly: false,
    asksPassword: false,
    live: false,
    ...words,
  })
  return {
    /** A setting that always has a value. */
    withDefault: row,
    /** A setting that may stay empty; its value is undefined then. */
    optional: <T>(format: Format<T>, words: SettingWords): Setting<T | undefined> =>
      row(format as Format<T | undefined>, '', words),
  }
}
