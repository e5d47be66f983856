import { type Verb, verbCommand } from './command.ts'
import { EXIT } from './exit-code.ts'

export const configVerb: Verb = {
  command: verbCommand({
    name: 'config',
    summary: 'Shows every setting, its value and where it came from; secrets are masked.',
    examples: [
      ['config', 'all settings'],
      ['config --changed', 'only those that are not the default'],
      ['config --json', 'as JSON'],
    ],
    exits: '0 done, 2 a setting is wrong',
  }).option('--changed', 'only settings that are not the default'),

  async run(options, _args, { ports, terminal }) {
    const all = ports.settings()
    const shown = options.changed ? all.filter(({ origin, problem }) => origin !== 'default' || problem) : all
    terminal.data(shown)
    const width = Math.max(0, ...shown.map(({ name }) => name.length))
    for (const { name, value, origin, problem, fix } of shown) {
      const { dim, red } = terminal.colors
      terminal.print(`${name.padEnd(width)}  ${value || dim('–')}  ${dim(`(${origin})`)}`)
      if (problem) terminal.print(`${' '.repeat(width)}  ${red(`✖ ${problem}`)}${fix ? ` ${fix}` : ''}`)
    }
    return all.some(({ problem }) => problem) ? EXIT.usage : EXIT.done
  },
}
