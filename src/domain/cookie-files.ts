import type { FileCookie } from '#lib/cookie-file/file-cookie.ts'

/** Cookies that the owner put into the data folder (`cookies/<name>.txt`, Netscape format), each file bound to domains. */
export interface CookieFiles {
  /**
   * For what was ordered from this host. Rejects with NotFoundError, and with InvalidInputError for a file that is bound to no
   * domain or to others than this host's, or that others on this machine may read.
   */
  read(name: string, host: string): Promise<CookieFile>
}

/** What may be shown of a cookies file: whether it can be used, and for what. */
export interface CookieFileGlance {
  readonly name: string
  /** Those it is bound to. */
  readonly domains: readonly string[]
  /** Whole days since the file was written; null when it cannot be read. */
  readonly ageDays: number | null
  /** Why it is of no use as it is; null when it can be used. */
  readonly problem: { readonly message: string; readonly fix: string | null } | null
}

/** Holds secrets. */
export interface CookieFile {
  /** The lines of the bound domains only, as a file of the same format. */
  readonly text: string
  /** The same, for those who send them by themselves. */
  readonly cookies: readonly FileCookie[]
  /** Whole days since the file was written. */
  readonly ageDays: number
}
