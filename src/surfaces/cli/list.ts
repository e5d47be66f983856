import Table from 'cli-table3'
import { Option } from 'commander'
import type { VideoQuery } from '#domain/catalog.ts'
import { InvalidInputError } from '#domain/errors.ts'
import { sizeOfVideo } from '#domain/size-of-video.ts'
import { type Verb, verbCommand } from './command.ts'
import { EXIT } from './exit-code.ts'
import { formatBytes, formatDuration } from './format-values.ts'
import { shownState } from './shown-state.ts'

const ORDERS = ['created', 'title', 'duration', 'size'] as const

export const listVerb: Verb = {
  command: verbCommand({
    name: 'list',
    summary: 'Lists the videos of the library.',
    examples: [
      ['list', 'everything, newest first'],
      ['list --search holiday', 'titles and file names with this word'],
      ['list --json', 'one JSON array'],
    ],
    exits: '0 done, 7 no such video (with --video-id)',
  })
    .addOption(new Option('--search <text>', 'only titles and file names with this text').conflicts('videoId'))
    .option('--video-id <id>', 'only this video')
    .addOption(new Option('--sort <by>', 'order').choices(ORDERS).default('created')),

  async run(options, _args, { ports, terminal }) {
    const text = searchOf(options.search)
    await using library = await ports.openLibrary()
    const query: VideoQuery = {
      sort: options.sort as NonNullable<VideoQuery['sort']>,
      descending: options.sort !== 'title',
      limit: Number.MAX_SAFE_INTEGER,
      ...(text !== undefined && { text }),
    }
    const videos =
      typeof options.videoId === 'string'
        ? [await library.catalog.video(options.videoId as never)]
        : (await library.catalog.videos(query)).videos
    terminal.data(videos.map((video) => ({ ...video, status: shownState(video) })))
    if (videos.length === 0 && query.text !== undefined) terminal.say('No title and no file name holds this text.')
    else if (videos.length === 0) terminal.say('The library is empty. Add something: telereel upload FILE')
    else {
      const table = new Table({ head: ['id', 'title', 'length', 'size', 'status'], style: { head: [], border: [] } })
      for (const video of videos) {
        const length = video.durationSec === null ? '–' : formatDuration(video.durationSec)
        table.push([video.id, video.title, length, formatBytes(sizeOfVideo(video)), shownState(video)])
      }
      terminal.print(table.toString())
    }
    return EXIT.done
  },
}

/** As the dashboard: no title that anybody looks for is longer. */
const LONGEST_SEARCH = 200

function searchOf(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  if (text.length <= LONGEST_SEARCH) return text
  throw new InvalidInputError(`--search has ${text.length} letters.`, { fix: `Give ${LONGEST_SEARCH} at most.` })
}
