import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'

/** Where settings were written down; the environment wins over `.env`. */
export interface Sources {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly dotenv: Readonly<Record<string, string | undefined>>
  /** Relative paths among the settings are seen from here. Absolute. */
  readonly workingDir: string
  /** Why the `.env` that is there could not be read. */
  readonly dotenvFault?: NodeJS.ErrnoException
}

/**
 * What this process was told: its environment and the file `.env` of the working directory, if there is one. The only
 * place of the product that looks at either.
 */
export function readSources(): Sources {
  const workingDir = process.cwd()
  const { text, fault } = readDotenv(resolve(workingDir, '.env'))
  return { ...toSources(process.env, text, workingDir), ...(fault && { dotenvFault: fault }) }
}

/** Sources out of an environment and the text of a `.env` file (syntax of `util.parseEnv`; a byte order mark is skipped). */
export function toSources(environment: Sources['environment'], dotenvText: string, workingDir: string): Sources {
  return { environment, dotenv: parseEnv(dotenvText.replace(/^\uFEFF/, '')), workingDir }
}

function readDotenv(path: string): { readonly text: string; readonly fault?: NodeJS.ErrnoException } {
  try {
    return { text: readFileSync(path, 'utf8') }
  } catch (error) {
    const fault = error as NodeJS.ErrnoException
    return { text: '', ...(fault.code !== 'ENOENT' && { fault }) }
  }
}
