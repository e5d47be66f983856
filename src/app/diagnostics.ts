import { createRedactor } from '#adapters/telemetry/redactor.ts'
import { RecentNotes } from '#adapters/telemetry/recent-notes.ts'
import type { SettingRow } from '#config/describe-settings.ts'
import { secretsIn } from '#config/secrets.ts'
import type { Diagnostics } from '#surfaces/http/http-ports.ts'
import type { Core } from './compose.ts'

/** What the program can tell of itself when something is wrong; it listens from now on. */
export function diagnosticsOf({ config, ports }: Core, settings: () => readonly SettingRow[]): Diagnostics {
  const notes = new RecentNotes()
  ports.events.subscribe((event) => notes.hear(event))
  return {
    settings: () =>
      settings().map(({ name, value, origin, problem }) => ({ name, value, origin, ...(problem && { problem }) })),
    notes: () => notes.list(),
    redact: createRedactor(secretsIn(config).map((secret) => secret.reveal())),
  }
}
