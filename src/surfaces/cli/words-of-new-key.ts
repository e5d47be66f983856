import type { Terminal } from './terminal.ts'

/** What a person must know about the recovery key that was just made. */
export function wordsOfNewKey(recoveryKey: string, { colors: { bold, yellow } }: Terminal): readonly string[] {
  return [
    '',
    yellow('Write this recovery key down and keep it away from this computer:'),
    `  ${bold(recoveryKey)}`,
    'With it, a bot token and the channel the whole library comes back (telereel rebuild).',
    'Without it nobody can read what is stored. `telereel config --recovery-key` shows it again.',
    '',
  ]
}
