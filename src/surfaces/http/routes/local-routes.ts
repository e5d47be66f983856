import { basename, isAbsolute } from 'node:path'
import { InvalidInputError } from '#domain/errors.ts'
import { LOCAL_INGEST_PATH } from '../contract/addresses.ts'
import { LocalIngest, VideoStarted } from '../contract/video-requests.ts'
import type { HttpApp } from '../http-app.ts'
import type { HttpPorts } from '../http-ports.ts'

/** For the command line on the same machine, while this server holds the library. */
export function localRoutes(app: HttpApp, { library }: Pick<HttpPorts, 'library'>): void {
  app.post(
    LOCAL_INGEST_PATH,
    { schema: { body: LocalIngest, response: { 202: VideoStarted } } },
    async ({ body: { path, title } }, reply) => {
      if (!isAbsolute(path)) throw new InvalidInputError('The path must be absolute.')
      const source = { path, owned: false, originalFilename: basename(path), ...(title !== undefined && { title }) }
      return reply.code(202).send(await library.register(source))
    },
  )
}
