import { beforeEach, expect, it } from 'vitest'
import type { VideoId } from '#domain/ids.ts'
import type { Job } from '#domain/job-queue.ts'
import type { Video } from '#domain/video.ts'
import type { CliLibrary } from './cli-ports.ts'
import { runInLibrary } from './run-in-library.test-support.ts'

let talk: string[]
let changes: unknown[]
let stop: AbortController
beforeEach(() => {
  talk = []
  changes = []
  stop = new AbortController()
})

/** `delete` in a library whose job ends as `follow` says. */
function run(follow: () => Promise<Job>): Promise<number> {
  const catalog: Partial<CliLibrary['catalog']> = {
    video: async () => ({ title: 'Film' }) as Video,
    packs: async () => [],
    updateVideo: async (_id: VideoId, change: unknown) => void changes.push(change),
  }
  const library: Partial<CliLibrary> = {
    follow,
    catalog: catalog as CliLibrary['catalog'],
    jobs: { list: async () => [], add: async () => 'job' as never } as Partial<
      CliLibrary['jobs']
    > as CliLibrary['jobs'],
    events: { emit: () => {} },
  }
  return runInLibrary(['delete', '--video-id', 'v'], library, { stop, talk })
}

const press = () => stop.abort(new DOMException('Stopped by a signal.', 'AbortError'))

it('deletes nothing after a Ctrl-C that came in time', async () => {
  press()
  expect(await run(async () => ({ state: 'done' }) as Job)).toBe(130)
  expect(changes).toEqual([])
})

it('says after a later Ctrl-C that there is no way back, and what goes on with it', async () => {
  const interrupted = async () => {
    press()
    throw stop.signal.reason
  }
  expect(await run(interrupted)).toBe(130)
  expect(changes).toEqual([{ state: 'deleting' }])
  expect(talk.join(' ')).toMatch(/Film is gone from the library.*Fix {3}Nothing: .*goes on with it/)
})
