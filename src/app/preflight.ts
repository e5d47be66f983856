import type { Terminal } from '#surfaces/cli/terminal.ts'
import { wordsOfNewKey } from '#surfaces/cli/words-of-new-key.ts'
import { checksOf } from './doctor.ts'
import type { Core } from './compose.ts'

/** Prints the ticks and the address: what a person sees first. */
export async function preflight(
  core: Core,
  terminal: Terminal,
  { localUrl, publicUrl }: { readonly localUrl: string; readonly publicUrl: string | null },
): Promise<void> {
  const checks = await checksOf(core)
  const { green, yellow, red, bold } = terminal.colors
  for (const { name, state, detail, fix } of checks) {
    const mark = { good: green('✓'), warning: yellow('!'), bad: red('✖') }[state]
    terminal.say(
      `${mark} ${name}: ${detail}${fix && state !== 'good' ? `${detail.endsWith('.') ? '' : '.'} Fix: ${fix}` : ''}`,
    )
  }
  showNewKey(core, terminal)
  terminal.data({ v: 1, type: 'status', state: 'listening', localUrl, publicUrl })
  terminal.print('')
  terminal.print(`Telereel is at  ${bold(localUrl)}`)
  if (publicUrl) terminal.print(`and at          ${bold(publicUrl)}`)
}

/** Once, when it is made: without it nobody can read what lies in the channel. */
function showNewKey({ store: { newRecoveryKey } }: Core, terminal: Terminal): void {
  if (newRecoveryKey === null) return
  for (const line of wordsOfNewKey(newRecoveryKey, terminal)) terminal.warn(line)
}
