import type { VideoId } from '#domain/ids.ts'
import { type Verb, verbCommand } from './command.ts'
import { EXIT } from './exit-code.ts'

export const linksVerb: Verb = {
  command: verbCommand({
    name: 'links',
    summary: 'Prints the addresses under which a video plays.',
    examples: [
      ['links 4fJxQ2mN8sLw0aBc', 'for VLC, Jellyfin, a browser'],
      ['links 4fJxQ2mN8sLw0aBc --json', 'as JSON'],
    ],
    exits: '0 done, 7 no such video',
  }).argument('<id>', 'the id that `telereel list` shows'),

  async run(_options, [id], { ports, terminal }) {
    await using library = await ports.openLibrary()
    const video = await library.catalog.video(id as VideoId)
    const links = library.linksOf(video.id)
    terminal.data({ id: video.id, title: video.title, ...links })
    terminal.print(`local   ${links.local}`)
    terminal.print(`public  ${links.public ?? '– (set PUBLIC_DOMAIN)'}`)
    return EXIT.done
  },
}
