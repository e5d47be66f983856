import { type Verb, verbCommand } from './command.ts'
import { EXIT } from './exit-code.ts'

const MARKS = { good: '✓', warning: '!', bad: '✖' } as const

export const doctorVerb: Verb = {
  command: verbCommand({
    name: 'doctor',
    summary: 'Checks what Telereel needs and says how to mend what is missing.',
    examples: [
      ['doctor', 'tools, sandbox, folders, settings, library'],
      ['doctor --live', 'also measures what Telegram allows, with your bots'],
    ],
    exits: '0 all well, 20 problems found',
  }).option('--live', 'send some small messages with the bots to learn their limits'),

  async run(options, _args, { ports, terminal }) {
    const checks = [...(await ports.doctor()).checks]
    if (options.live) for await (const check of ports.measureLive()) checks.push(check)
    terminal.data(checks)
    const width = Math.max(0, ...checks.map(({ name }) => name.length))
    for (const { name, state, detail, fix } of checks) {
      const { green, yellow, red } = terminal.colors
      const paint = { good: green, warning: yellow, bad: red }[state]
      terminal.print(`${paint(MARKS[state])} ${name.padEnd(width)}  ${detail}`)
      if (fix && state !== 'good') terminal.print(`  ${' '.repeat(width)}  Fix: ${fix}`)
    }
    return checks.some(({ state }) => state === 'bad') ? EXIT.problems : EXIT.done
  },
}
