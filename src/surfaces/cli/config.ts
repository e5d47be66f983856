import { Option } from 'commander'
import { NotFoundError } from '#domain/errors.ts'
import { type Verb, verbCommand } from './command.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

export const configVerb: Verb = {
  command: verbCommand({
    name: 'config',
    summary: 'Shows every setting, its value and where it came from; secrets are masked.',
    examples: [
      ['config', 'all settings'],
      ['config --changed', 'only those that are not the default'],
      ['config --json', 'as JSON'],
      ['config --recovery-key', 'shows the key that a rebuild from the channel needs'],
    ],
    exits: '0 done, 2 a setting is wrong, 7 there is no recovery key',
  })
    .option('--changed', 'only settings that are not the default')
    .addOption(new Option('--recovery-key', 'show the recovery key instead').conflicts('changed')),

  async run(options, _args, { ports, terminal }) {
    if (options.recoveryKey) return showRecoveryKey(await ports.recoveryKey(), terminal)
    const all = ports.settings()
    const shown = options.changed ? all.filter(({ origin, problem }) => origin !== 'default' || problem) : all
    terminal.data(shown)
    const width = Math.max(0, ...shown.map(({ name }) => name.length))
    for (const { name, value, origin, problem, fix } of shown) {
      const { dim, red } = terminal.colors
      terminal.print(`${name.padEnd(width)}  ${value || dim('–')}  ${dim(`(${origin})`)}`)
      if (problem) terminal.print(`${' '.repeat(width)}  ${red(`✖ ${problem}.`)}${fix ? ` ${fix}` : ''}`)
    }
    for (const remark of ports.remarks()) terminal.warn(`${terminal.colors.yellow('!')} ${remark}`)
    return all.some(({ problem }) => problem) ? EXIT.usage : EXIT.done
  },
}

function showRecoveryKey(recoveryKey: string | null, terminal: Terminal): ExitCode {
  if (recoveryKey === null)
    throw new NotFoundError('There is no recovery key: the store needs none, or nothing was stored yet.')
  terminal.data({ v: 1, recoveryKey })
  terminal.print(recoveryKey)
  return EXIT.done
}
