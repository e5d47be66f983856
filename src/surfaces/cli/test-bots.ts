import type { BotTest } from './cli-ports.ts'
import { type Verb, verbCommand } from './command.ts'
import { EXIT } from './exit-code.ts'
import { count } from './format-values.ts'

export const testBotsVerb: Verb = {
  command: verbCommand({
    name: 'test-bots',
    summary: 'Tests every bot: token, channel, rights; writes 1 MB, reads it back, deletes it.',
    examples: [['test-bots', 'one line per bot']],
    exits: '0 all pass, 2 no bot is set, 20 a bot failed',
  }),

  async run(_options, _args, { ports, terminal }) {
    let [passed, failed] = [0, 0]
    for await (const test of ports.testBots()) {
      terminal.data({ v: 1, type: 'item', ...test })
      const { green, red } = terminal.colors
      terminal.print(`${test.fault ? red('✖') : green('✓')} ${lineOf(test)}`)
      if (test.fault) terminal.print(`  ${test.fault.message} Fix: ${test.fault.fix}`)
      if (test.fault) failed++
      else passed++
    }
    terminal.data({ v: 1, type: 'summary', passed, failed })
    terminal.print(`${count(passed, 'bot')} passed, ${failed} failed.`)
    return failed > 0 ? EXIT.problems : EXIT.done
  },
}

function lineOf({ setting, username, steps }: BotTest): string {
  const times = steps.map(({ name, ok, elapsedMs }) => `${name} ${ok ? `${Math.round(elapsedMs)} ms` : 'failed'}`)
  return [`${setting}${username ? ` (@${username})` : ''}`, times.join(', ')].join('  ')
}
