import { UPLOADS_PATH } from '../contract/addresses.ts'
import type { HttpApp } from '../http-app.ts'
import type { TusUploads } from '../uploads/tus-uploads.ts'

/** tus below /api/uploads. The bodies are streams of any size: nothing of the framework may touch them. */
export function uploadRoutes(app: HttpApp, uploads: TusUploads): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _body, done) => done(null))
    scope.route({
      method: ['POST', 'OPTIONS'],
      url: UPLOADS_PATH,
      handler: async (request, reply) => await answer(request.raw, reply),
    })
    scope.route({
      method: ['HEAD', 'PATCH', 'DELETE', 'OPTIONS'],
      url: `${UPLOADS_PATH}/:id`,
      handler: async (request, reply) => await answer(request.raw, reply),
    })
  })

  type Answer = Parameters<Parameters<HttpApp['route']>[0]['handler']>
  async function answer(request: Answer[0]['raw'], reply: Answer[1]): Promise<void> {
    await uploads.handle(request, reply.raw)
    reply.hijack()
  }
}
