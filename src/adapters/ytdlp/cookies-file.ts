import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { InvalidInputError, NotFoundError } from '#domain/errors.ts'

/** Cookies that a run may take along. */
export interface PageCookies {
  /** For the copy: lines of the bound domains only. Holds secrets. */
  readonly text: string
  /** What must not be seen in a log. */
  readonly values: readonly string[]
  /** Whole days since the file was written. */
  readonly ageDays: number
}

const NAME = /^[A-Za-z0-9_-]{1,64}$/
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/
const MAX_BYTES = 1024 * 1024
const DAY_MS = 86_400_000
const HEADER = '# Netscape HTTP Cookie File'

/**
 * Reads `<folder>/<name>.txt`: Netscape format, and in a comment the domains it is for (`# telereel-domain: example.com`),
 * which its owner writes. Rejects with NotFoundError, and with InvalidInputError for a file that is bound to no domain or
 * to others than the one of the address, or that others on this machine may read.
 */
export async function readCookies(folder: string, name: string, url: URL, nowMs: number): Promise<PageCookies> {
  if (!NAME.test(name)) throw new InvalidInputError('Names of cookies files are made of letters, digits, - and _.')
  const { text, modifiedMs, mode } = await readSmall(join(folder, `${name}.txt`), name)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new InvalidInputError(`The cookies file ${name} can be read by others on this machine.`, {
      fix: `chmod 600 ${join(folder, `${name}.txt`)}`,
    })
  }
  const domains = boundDomains(text)
  if (domains.length === 0) {
    throw new InvalidInputError(`The cookies file ${name} is bound to no domain.`, {
      why: 'Cookies are a login: they go only where their owner says.',
      fix: `Add a line to it, for example: # telereel-domain: ${url.hostname.replace(/^www\./, '')}`,
    })
  }
  if (!domains.some((domain) => isWithin(url.hostname, domain))) {
    throw new InvalidInputError(`The cookies file ${name} is for ${domains.join(', ')}, not for ${url.hostname}.`, {
      fix: 'Name the cookies file of this site, or none.',
    })
  }
  const lines = text.split(/\r?\n/).filter((line) => isCookieOf(line, domains))
  return {
    text: [HEADER, ...lines, ''].join('\n'),
    values: lines.flatMap((line) => line.split('\t')[6] ?? []),
    ageDays: Math.max(0, Math.floor((nowMs - modifiedMs) / DAY_MS)),
  }
}

async function readSmall(path: string, name: string) {
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    throw new NotFoundError(`There is no cookies file ${name}.`, {
      why: cause.code === 'ENOENT' ? `${path} does not exist.` : `${path} cannot be read (${cause.code}).`,
      fix: 'Export the cookies of the site from a browser in Netscape format and put them there.',
      cause,
    })
  })
  try {
    const { size, mode, mtimeMs } = await file.stat()
    if (size > MAX_BYTES) throw new InvalidInputError(`The cookies file ${name} is larger than 1 MiB.`)
    return { text: await file.readFile('utf8'), mode, modifiedMs: mtimeMs }
  } finally {
    await file.close()
  }
}

function boundDomains(text: string): string[] {
  const lines = text.matchAll(/^#\s*telereel-domain:(.*)$/gim)
  const words = [...lines].flatMap(([, list = '']) => list.split(/[\s,]+/))
  return words.map((word) => word.toLowerCase().replace(/^\./, '')).filter((word) => DOMAIN.test(word))
}

/** A line of the format: domain, sub-domains too, path, secure, expiry, name, value; `#HttpOnly_` may stand in front. */
function isCookieOf(line: string, domains: readonly string[]): boolean {
  const fields = line.split('\t')
  if (fields.length !== 7) return false
  const [host = ''] = fields
  const domain = host
    .replace(/^#HttpOnly_/, '')
    .replace(/^\./, '')
    .toLowerCase()
  return !domain.startsWith('#') && domains.some((bound) => isWithin(domain, bound))
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}
