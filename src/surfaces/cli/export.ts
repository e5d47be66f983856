import type { VideoId } from '#domain/ids.ts'
import { exportLibrary } from '#features/library/export-library.ts'
import { type Verb, verbCommand } from './command.ts'
import { EXIT } from './exit-code.ts'
import { count } from './format-values.ts'

export const exportVerb: Verb = {
  command: verbCommand({
    name: 'export',
    summary: 'Writes .strm, .nfo, posters, subtitles and an M3U list for Jellyfin, Kodi and VLC.',
    examples: [
      ['export --output ./media', 'a folder per video'],
      ['export --output ./media --video-id 4fJxQ2mN8sLw0aBc', 'only this one'],
    ],
    exits: '0 done, 7 no such video, 9 no space',
  })
    .option('--output <folder>', 'where to write', './export')
    .option('--video-id <id>', 'only this video'),

  async run(options, _args, { ports, terminal }) {
    await using library = await ports.openLibrary()
    const only = typeof options.videoId === 'string' ? { videoId: options.videoId as VideoId } : {}
    const files = await exportLibrary(library, {
      ...only,
      linkOf: (id) => bestLink(library.linksOf(id)),
      signal: ports.signal,
    })
    const written = await library.writeExport(String(options.output), files)
    terminal.data(written)
    for (const path of written) terminal.print(path)
    terminal.say(`${count(written.length, 'file')} changed, ${files.length - written.length} were up to date.`)
    return EXIT.done
  },
}

/** Players may run on other machines: the public address when there is one. */
function bestLink(links: { readonly local: string; readonly public: string | null }): string {
  return links.public ?? links.local
}
