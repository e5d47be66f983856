/**
 * Who may call a route: `none` anyone · `link` whoever has a playback link, and all below ·
 * `read` `add` tokens of that scope · `admin` the login · `local` a program on this machine that can read our data folder.
 */
export type Access = 'none' | 'link' | 'read' | 'add' | 'admin' | 'local'

/** Every route of the server and who may call it; HEAD goes with GET. A route that is not here does not start. */
export const ROUTE_POLICY: Readonly<Record<string, Access>> = {
  'GET /playlist/:reach/:name': 'link',
  'GET /playlist/:reach/:id/:name': 'link',
  'GET /segment/:id/:name': 'link',
  'GET /subtitle/:id/:name': 'link',
  'GET /subtitles/:id': 'link',
  'GET /poster/:name': 'link',
  'GET /api/stream/:id': 'link',
  'GET /links/:name': 'read',

  'GET /api/videos': 'read',
  'GET /api/videos/:id': 'read',
  'PATCH /api/videos/:id': 'admin',
  'DELETE /api/videos/:id': 'admin',
  'POST /api/videos/:id/retry': 'add',
  'POST /api/videos/:id/subtitles': 'add',
  'DELETE /api/videos/:id/subtitles/:track': 'admin',
  'POST /api/videos/demo': 'add',

  'GET /api/jobs': 'read',
  'POST /api/jobs/:id/cancel': 'add',
  'POST /api/video-info': 'add',
  'POST /api/download': 'add',
  'GET /api/download-status/:id': 'add',
  'GET /api/cookies': 'add',
  'GET /api/downloads': 'add',
  'DELETE /api/downloads': 'add',
  'POST /api/downloads/retry-failed': 'add',
  'PATCH /api/downloads/:id': 'add',
  'DELETE /api/downloads/:id': 'add',
  'POST /api/downloads/:id/pause': 'add',
  'POST /api/downloads/:id/resume': 'add',
  'POST /api/downloads/:id/retry': 'add',
  'POST /api/downloads/:id/finish': 'add',
  'POST /api/downloads/:id/cancel': 'add',
  'GET /api/downloads/:id/log': 'add',
  'GET /api/downloads/:id/file': 'add',
  'GET /api/downloads/:id/subtitles/:number': 'add',
  'GET /api/events': 'read',
  'GET /api/status': 'read',
  'GET /status': 'read',

  'OPTIONS /api/uploads': 'add',
  'POST /api/uploads': 'add',
  'OPTIONS /api/uploads/:id': 'add',
  'GET /api/uploads/:id': 'add',
  'PATCH /api/uploads/:id': 'add',
  'DELETE /api/uploads/:id': 'add',
  'POST /api/local/ingest': 'local',

  'GET /debug': 'admin',
  'GET /cache/stats': 'admin',
  'POST /cache/clear': 'admin',
  'GET /metrics': 'read',
  'GET /health': 'none',
  'GET /': 'none',
  'GET /*': 'none',
}

/** Who may call this route. Throws when nobody wrote it down: the server must not start then. */
export function accessOf(method: string, pattern: string): Access {
  const access = ROUTE_POLICY[`${method === 'HEAD' ? 'GET' : method} ${pattern}`]
  if (!access) throw new Error(`Nobody said who may call ${method} ${pattern}: add it to auth/route-policy.ts.`)
  return access
}
