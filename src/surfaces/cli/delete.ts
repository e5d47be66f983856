import { CancelledError, InvalidInputError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import { requestDelete } from '#features/library/delete-video.ts'
import { type Verb, verbCommand } from './command.ts'
import { EXIT } from './exit-code.ts'
import { count, formatBytes } from './format-values.ts'

const LATER = 'Nothing: the next upload or deletion goes on with it, or the server.'

export const deleteVerb: Verb = {
  command: verbCommand({
    name: 'delete',
    summary: 'Deletes a video with all its stored bytes. There is no way back.',
    examples: [
      ['delete --video-id 4fJxQ2mN8sLw0aBc', 'asks first, when somebody is there to answer'],
      ['delete --video-id 4fJxQ2mN8sLw0aBc --dry-run', 'says what would go'],
    ],
    exits: '0 done, 3 some blobs could not be deleted, 7 no such video, 130 not confirmed',
  })
    .argument('[id]', 'the id that `telereel list` shows')
    .option('--video-id <id>', 'the same as an option')
    .option('--dry-run', 'only say what would go')
    .option('-y, --yes', 'do not ask'),

  async run(options, [id], { ports, terminal }) {
    const fix = 'Give --video-id ID; `telereel list` shows ids.'
    const named = typeof options.videoId === 'string' ? options.videoId : id
    if (id !== undefined && id !== named) {
      throw new InvalidInputError('Two videos are named.', { why: `${id} and --video-id ${named}`, fix })
    }
    const videoId = named as VideoId | undefined
    if (!videoId) throw new InvalidInputError('No video is named.', { fix })
    await using library = await ports.openLibrary()
    const video = await library.catalog.video(videoId)
    const packs = await library.catalog.packs(videoId)
    const bytes = packs.reduce((sum, { byteLength }) => sum + byteLength, 0)
    const what = `${video.title}: ${count(packs.length, 'pack')}, ${formatBytes(bytes)}`
    if (options.dryRun) {
      terminal.print(`Would delete ${what}.`)
      terminal.data({ videoId, title: video.title, packs: packs.length, bytes, deleted: false })
      return EXIT.done
    }
    if (!options.yes && (await terminal.confirm(`Delete ${what}?`)) === false) {
      throw new CancelledError('Nothing was deleted.')
    }
    ports.signal.throwIfAborted()
    await requestDelete(videoId, library)
    const job = await library
      .follow(videoId, 'delete-video', () => {}, ports.signal)
      .catch((cause: unknown) => {
        if (!ports.signal.aborted) throw cause
        throw new CancelledError(`${video.title} is gone from the library, but not all of its bytes are.`, {
          fix: LATER,
        })
      })
    terminal.print(
      job.state === 'done' ? `Deleted ${what}.` : `Not everything could be deleted: ${job.failure?.message}`,
    )
    terminal.data({ videoId, title: video.title, packs: packs.length, bytes, deleted: job.state === 'done' })
    return job.state === 'done' ? EXIT.done : EXIT.partly
  },
}
