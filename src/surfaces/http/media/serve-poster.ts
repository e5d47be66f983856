import { NotFoundError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Playback } from '#features/playback/playback.ts'
import { REVALIDATE, SAFE_HEADERS } from './media-headers.ts'
import type { MediaRoute } from './media-route.ts'
import { sendAttachment } from './send-attachment.ts'

const NAME = /^([A-Za-z0-9_-]{8,32})\.jpg$/

/** `/poster/{id}.jpg` */
export function posterRoute(playback: Playback): MediaRoute {
  return {
    pattern: 'GET /poster/:name',
    async serve(request, response, [name = '']) {
      const id = NAME.exec(name)?.[1]
      const video = id === undefined ? null : await playback.videos.get(id as VideoId)
      const poster = video?.attachments.find(({ kind }) => kind === 'poster')
      if (!poster) throw new NotFoundError('There is no such picture.')
      const headers = { ...SAFE_HEADERS, 'content-type': 'image/jpeg', 'cache-control': REVALIDATE }
      await sendAttachment(request, response, poster, headers, playback)
    },
  }
}
