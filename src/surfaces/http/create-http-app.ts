import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import helmet from '@fastify/helmet'
import Fastify, { type FastifyError, type RawServerDefault } from 'fastify'
import {
  createSerializerCompiler,
  hasZodFastifySchemaValidationErrors,
  validatorCompiler,
} from 'fastify-type-provider-zod'
import { shortSeconds } from '#domain/short-seconds.ts'
import { answerClientError } from './answer-client-error.ts'
import { assertAllowed } from './auth/assert-allowed.ts'
import { accessOf } from './auth/route-policy.ts'
import { PROBLEM_MEDIA_TYPE, type Problem } from './contract/problem.ts'
import type { HttpApp } from './http-app.ts'
import { DEFAULT_RATES } from './http-config.ts'
import type { HttpParts } from './http-parts.ts'
import { problemOf } from './problem-of.ts'
import { type RefusalCode, RequestRefusedError } from './request-refused-error.ts'
import { cacheRoutes } from './routes/cache-routes.ts'
import { dashboardRoutes } from './routes/dashboard-routes.ts'
import { debugRoutes } from './routes/debug-routes.ts'
import { downloadRoutes } from './routes/download-routes.ts'
import { eventRoutes } from './routes/event-routes.ts'
import { jobRoutes } from './routes/job-routes.ts'
import { localRoutes } from './routes/local-routes.ts'
import { metricsRoutes } from './routes/metrics-routes.ts'
import { statusRoutes } from './routes/status-routes.ts'
import { streamRoutes } from './routes/stream-routes.ts'
import { uploadRoutes } from './routes/upload-routes.ts'
import { videoRoutes } from './routes/video-routes.ts'
import { sendProblem } from './send-problem.ts'

const MAX_BODY_BYTES = 1024 * 1024

/** Everything but media: the API, uploads and the page. Rejects when a route has no policy. */
export async function createHttpApp(
  parts: HttpParts,
  serverFor: (handler: RequestListener) => RawServerDefault,
): Promise<HttpApp> {
  const app: HttpApp = Fastify({
    serverFactory: (handler) => serverFor(handler as RequestListener),
    bodyLimit: MAX_BODY_BYTES,
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    // Only these say who asks; everybody else's X-Forwarded-For is noise.
    trustProxy: parts.config.trustedProxies?.length ? [...parts.config.trustedProxies] : false,
    routerOptions: { maxParamLength: 64 },
    clientErrorHandler: answerClientError,
    // Addresses that the router itself cannot read never reach the error handler.
    frameworkErrors: (error, request, reply) => {
      sendProblem(reply.raw, asOurs(error), { requestId: request.id, events: parts.ports.events })
    },
  }).setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(createSerializerCompiler({ replacer: shortSeconds }))
  guardRoutes(app, parts)
  answerErrors(app, parts)
  takeBodies(app)
  await app.register(helmet, helmetOptions(parts.config.tls !== null))
  addRoutes(app, parts)
  await app.ready()
  return app
}

function addRoutes(app: HttpApp, parts: HttpParts): void {
  const { config, limits, ports, feed, uploads, metrics, links, guard, proxies } = parts
  videoRoutes(app, ports, links)
  streamRoutes(app, ports, proxies)
  jobRoutes(app, ports)
  if (ports.downloads) {
    const { jobs, downloads, events } = ports
    downloadRoutes(app, { jobs, downloads, events, rates: config.rates ?? DEFAULT_RATES })
  }
  eventRoutes(app, feed, limits.maxFeeds)
  uploadRoutes(app, uploads)
  localRoutes(app, ports)
  cacheRoutes(app, ports)
  metricsRoutes(app, metrics)
  const status = { config, ports, links, uploads, startedAt: new Date() }
  statusRoutes(app, status)
  debugRoutes(app, { ...status, guard, feed })
  dashboardRoutes(app, config.webRoot)
}

/** A route that nobody wrote into the policy stops the start; the others ask it before anything else. */
function guardRoutes(app: HttpApp, { config, metrics }: HttpParts): void {
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) accessOf(each, url)
  })
  app.addHook('onRequest', async (request, reply) => {
    const pattern = request.routeOptions.url
    metrics.watch(reply.raw, pattern === undefined ? 'GET /*' : `${request.method} ${pattern}`)
    assertAllowed(request.raw, pattern === undefined ? 'none' : accessOf(request.method, pattern), config)
  })
}

/** JSON, and raw bytes for files; forms and plain text are what foreign pages can send, so nobody takes them. */
function takeBodies(app: HttpApp): void {
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
}

function answerErrors(app: HttpApp, { ports }: HttpParts): void {
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const fields = hasZodFastifySchemaValidationErrors(error)
      ? error.validation.map(({ instancePath, message }) => ({
          path: `${error.validationContext ?? ''}${instancePath}`,
          message: message ?? 'is not right',
        }))
      : undefined
    const known = fields ? new RequestRefusedError('bad-request', 'Some fields are not right.') : asOurs(error)
    const { problem, headers, ours } = problemOf(known, request.id)
    if (ours) {
      const message = 'A request could not be answered.'
      ports.events.emit({ kind: 'note', level: 'error', message, fields: { requestId: request.id, error } })
    }
    const body: Problem = fields ? { ...problem, code: 'invalid-input', fields } : problem
    return reply
      .code(problem.status)
      .headers({ ...headers, 'cache-control': 'no-store', 'content-type': PROBLEM_MEDIA_TYPE })
      .serializer((value: unknown) => JSON.stringify(value))
      .send(body)
  })
}

const REFUSALS: Readonly<Record<string, readonly [RefusalCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['too-large', 'The body is too large.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media-type', 'The body must be application/json.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['bad-request', 'The body is empty.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['bad-request', 'The body is not JSON.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad-request', 'The body is shorter or longer than it says.'],
  FST_ERR_BAD_URL: ['bad-request', 'The address is not right.'],
  FST_ERR_MAX_PARAM_LENGTH: ['no-such-page', 'There is nothing at this address.'],
}

/** What the framework refuses by itself; everything else stays what it is. */
function asOurs(error: FastifyError): unknown {
  const [code, message] = REFUSALS[error.code] ?? []
  if (code && message) return new RequestRefusedError(code, message, { cause: error })
  const refused = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
  if (refused && error.code?.startsWith?.('FST_')) return new RequestRefusedError('bad-request', error.message)
  return error
}

/** `upgrade-insecure-requests` and HSTS would lock out a server on plain http in the home. */
function helmetOptions(isTls: boolean) {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        workerSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: isTls,
    xFrameOptions: { action: 'deny' as const },
    referrerPolicy: { policy: 'no-referrer' as const },
  }
}
