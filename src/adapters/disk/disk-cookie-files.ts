import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CookieFile, CookieFileGlance, CookieFiles } from '#domain/cookie-files.ts'
import { InvalidInputError, NotFoundError, ProductError } from '#domain/errors.ts'
import { type FileCookie, parseFileCookie } from '#lib/cookie-file/file-cookie.ts'

const NAME = /^[A-Za-z0-9_-]{1,64}$/
const DOMAIN = /^(?:(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}|\d{1,3}(?:\.\d{1,3}){3})$/
const MAX_BYTES = 1024 * 1024
const DAY_MS = 86_400_000
/** Of a pipe that nobody writes into, opening would never end. */
const WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
const HEADER = '# Netscape HTTP Cookie File'

/** A file as it stood at one moment. */
interface ReadFile {
  readonly stamp: string
  readonly isOpenToOthers: boolean
  readonly modifiedMs: number
  readonly domains: readonly string[]
  readonly text: string
  readonly cookies: readonly FileCookie[]
}

/** `<folder>/<name>.txt`; in a comment stand the domains it is for (`# telereel-domain: example.com`), which its owner writes. */
export class DiskCookieFiles implements CookieFiles {
  readonly #folder: string
  readonly #nowMs: () => number
  /** Every request asks; a file is read again when it has changed. */
  readonly #known = new Map<string, ReadFile>()

  constructor(folder: string, nowMs: () => number = Date.now) {
    this.#folder = folder
    this.#nowMs = nowMs
  }

  async read(name: string, host: string): Promise<CookieFile> {
    if (!NAME.test(name)) throw new InvalidInputError('Names of cookies files are made of letters, digits, - and _.')
    const file = await this.#file(name)
    this.#requirePrivate(name, file)
    requireBound(name, file.domains, host)
    const { text, cookies } = file
    return { text, cookies, ageDays: this.#ageDays(file) }
  }

  /** All that are there, by name; never what is in them. */
  async list(): Promise<readonly CookieFileGlance[]> {
    const files = await readdir(this.#folder).catch(() => [])
    const names = files.flatMap((file) => /^([A-Za-z0-9_-]{1,64})\.txt$/.exec(file)?.[1] ?? [])
    return await Promise.all(names.sort().map((name) => this.#glance(name)))
  }

  async #glance(name: string): Promise<CookieFileGlance> {
    let known: Pick<CookieFileGlance, 'domains' | 'ageDays'> = { domains: [], ageDays: null }
    try {
      const file = await this.#file(name)
      known = { domains: file.domains, ageDays: this.#ageDays(file) }
      this.#requirePrivate(name, file)
      const [domain = 'example.com'] = file.domains
      requireBound(name, file.domains, domain)
      this.#requireFresh(name, file, domain)
      return { name, ...known, problem: null }
    } catch (error) {
      if (!(error instanceof ProductError)) throw error
      return { name, ...known, problem: { message: error.message, fix: error.fix ?? null } }
    }
  }

  #requirePrivate(name: string, { isOpenToOthers }: ReadFile): void {
    if (!isOpenToOthers) return
    throw new InvalidInputError(`The cookies file ${name} can be read by others on this machine.`, {
      fix: `chmod 600 ${this.#path(name)}`,
    })
  }

  /** A login has ended when all of its cookies have; those without a date end with the browser. */
  #requireFresh(name: string, { cookies }: ReadFile, domain: string): void {
    const nowMs = this.#nowMs()
    if (cookies.some(({ expiresMs }) => expiresMs === null || expiresMs > nowMs)) return
    const what = cookies.length === 0 ? `has no cookie for ${domain}` : 'holds nothing but cookies that have expired'
    throw new InvalidInputError(`The cookies file ${name} ${what}.`, {
      fix: `Log in to ${domain} with a browser and export its cookies again.`,
    })
  }

  #ageDays({ modifiedMs }: ReadFile): number {
    return Math.max(0, Math.floor((this.#nowMs() - modifiedMs) / DAY_MS))
  }

  #path(name: string): string {
    return join(this.#folder, `${name}.txt`)
  }

  async #file(name: string): Promise<ReadFile> {
    const path = this.#path(name)
    await using file = await open(path, WITHOUT_WAITING).catch((cause: NodeJS.ErrnoException) => {
      throw new NotFoundError(`There is no cookies file ${name}.`, {
        why: cause.code === 'ENOENT' ? `${path} does not exist.` : `${path} cannot be read (${cause.code}).`,
        fix: 'Export the cookies of the site from a browser in Netscape format and put them there.',
        cause,
      })
    })
    const found = await file.stat()
    if (!found.isFile()) {
      throw new InvalidInputError(`The cookies file ${name} is no file.`, {
        why: `${path} is, or leads to, something else.`,
        fix: 'Put the cookies there as a text file.',
      })
    }
    const { size, mode, mtimeMs, ctimeMs, ino } = found
    const stamp = [size, mode, mtimeMs, ctimeMs, ino].join()
    const known = this.#known.get(name)
    if (known?.stamp === stamp) return known
    if (size > MAX_BYTES) throw new InvalidInputError(`The cookies file ${name} is larger than 1 MiB.`)
    const isOpenToOthers = process.platform !== 'win32' && (mode & 0o077) !== 0
    const read = { stamp, isOpenToOthers, modifiedMs: mtimeMs, ...contentsOf(await file.readFile('utf8')) }
    this.#known.set(name, read)
    return read
  }
}

function requireBound(name: string, domains: readonly string[], host: string): void {
  if (domains.length === 0) {
    throw new InvalidInputError(`The cookies file ${name} is bound to no domain.`, {
      why: 'Cookies are a login: they go only where their owner says.',
      fix: `Add a line to it, for example: # telereel-domain: ${host.replace(/^www\./, '')}`,
    })
  }
  if (domains.some((domain) => isWithin(host.toLowerCase().replace(/\.$/, ''), domain))) return
  throw new InvalidInputError(`The cookies file ${name} is for ${domains.join(', ')}, not for ${host}.`, {
    fix: 'Name the cookies file of this site, or none.',
  })
}

function contentsOf(text: string): Pick<ReadFile, 'domains' | 'text' | 'cookies'> {
  const domains = boundDomains(text)
  const bound = text.split(/\r?\n/).flatMap((line) => {
    const cookie = parseFileCookie(line)
    return cookie && domains.some((domain) => isWithin(cookie.domain, domain)) ? [{ line, cookie }] : []
  })
  return {
    domains,
    text: [HEADER, ...bound.map(({ line }) => line), ''].join('\n'),
    cookies: bound.map(({ cookie }) => cookie),
  }
}

function boundDomains(text: string): string[] {
  const lines = text.matchAll(/^#\s*telereel-domain:(.*)$/gim)
  const words = [...lines].flatMap(([, list = '']) => list.split(/[\s,]+/))
  return words.map((word) => asInAddresses(word.toLowerCase().replace(/^\./, ''))).filter((word) => DOMAIN.test(word))
}

/** People write `bücher.example`, addresses say `xn--bcher-kva.example`. */
function asInAddresses(domain: string): string {
  return /[^\0-\x7f]/.test(domain) ? (URL.parse(`http://${domain}`)?.hostname ?? domain) : domain
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}
