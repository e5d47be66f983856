import { type Verb, verbCommand } from './command.ts'
import { EXIT } from './exit-code.ts'

export const serveVerb: Verb = {
  command: verbCommand({
    name: 'serve',
    summary: 'Starts the server; the dashboard is at http://LOCAL_HOST:LOCAL_PORT/.',
    examples: [
      ['serve', 'on 127.0.0.1:8080'],
      ['serve --json', 'one line of JSON per event'],
    ],
    exits:
      '0 stopped, 1 the address cannot be listened on, 2 a setting is wrong, 5 another server uses this data folder',
  }),

  async run(_options, _args, { ports, terminal }) {
    await ports.serve(terminal)
    return EXIT.done
  },
}
