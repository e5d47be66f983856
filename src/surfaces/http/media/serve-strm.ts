import { NotFoundError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Playback } from '#features/playback/playback.ts'
import { contentDisposition } from '#lib/file-name/content-disposition.ts'
import type { LinkMaker } from '../links.ts'
import { REVALIDATE, SAFE_HEADERS } from './media-headers.ts'
import type { MediaRoute } from './media-route.ts'
import { prebuildText } from './prebuilt-text.ts'
import { sendRepresentation } from './send-representation.ts'

const NAME = /^([A-Za-z0-9_-]{8,32})\.strm$/

/** `/links/{id}.strm`: one line with the address, UTF-8 without BOM, as Jellyfin and Kodi read it. */
export function strmRoute(playback: Playback, links: () => LinkMaker): MediaRoute {
  return {
    pattern: 'GET /links/:name',
    async serve(request, response, [name = '']) {
      const id = NAME.exec(name)?.[1]
      if (id === undefined) throw new NotFoundError('There is no such link.')
      const { video } = await playback.videos.get(id as VideoId)
      const made = links().linksOf(id)
      const headers = {
        ...SAFE_HEADERS,
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': contentDisposition('attachment', `${video.title}.strm`),
        'cache-control': REVALIDATE,
      }
      const { identity } = await prebuildText(`${made.public ?? made.local}\n`, headers, { compress: false })
      await sendRepresentation(request, response, identity.representation, identity.bytes)
    },
  }
}
