import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { HttpApp } from '../http-app.ts'
import { methodsAt } from '../auth/methods-at.ts'
import { RequestRefusedError } from '../request-refused-error.ts'

const INDEX = 'index.html'
/** vite puts the hash of the content into the names of what lies here. */
const HASHED = /[\\/]assets[\\/]/

/** The page: hashed files for ever, index.html anew each time, and index.html for every address of the page's own. */
export function dashboardRoutes(app: HttpApp, webRoot: string | null): void {
  const isBuilt = webRoot !== null && existsSync(join(webRoot, INDEX))
  if (isBuilt) {
    app.register(fastifyStatic, {
      root: webRoot,
      index: INDEX,
      dotfiles: 'ignore',
      cacheControl: false,
      setHeaders: (reply, path) => {
        const value = HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache'
        reply.header('cache-control', value)
      },
    })
  } else {
    app.get('/', async (_request, reply) => reply.type('text/plain; charset=utf-8').send(NOT_BUILT))
  }
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const methods = methodsAt(path)
    if (methods.length > 0 && !methods.includes(request.method)) {
      const message = `This address does not take ${request.method}.`
      const headers = { allow: methods.join(', ') }
      throw new RequestRefusedError('method-not-allowed', message, { fix: `It takes ${methods.join(', ')}.`, headers })
    }
    const wantsPage = request.method === 'GET' && request.headers.accept?.includes('text/html')
    const isOfPage = !/^\/(api|cache|assets)(\/|$)/.test(request.url) && !/\.\w+$/.test(path)
    if (isBuilt && wantsPage && isOfPage) return reply.header('cache-control', 'no-cache').sendFile(INDEX)
    throw new RequestRefusedError('no-such-page', 'There is nothing at this address.')
  })
}

const NOT_BUILT = 'Telereel runs, but its page is not built. Run `npm start`, which builds it.\n'
