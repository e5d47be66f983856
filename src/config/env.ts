import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'

/** Where settings were written down; the environment wins over `.env`. */
export interface Sources {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly dotenv: Readonly<Record<string, string | undefined>>
  /** Relative paths among the settings are seen from here. Absolute. */
  readonly workingDir: string
}

/**
 * What this process was told: its environment and the file `.env` of the working directory, if there is one. The only
 * place of the product that looks at either.
 */
export function readSources(): Sources {
  const workingDir = process.cwd()
  return toSources(process.env, readDotenv(resolve(workingDir, '.env')), workingDir)
}

/** Sources out of an environment and the text of a `.env` file (syntax of `util.parseEnv`; a byte order mark is skipped). */
export function toSources(environment: Sources['environment'], dotenvText: string, workingDir: string): Sources {
  return { environment, dotenv: parseEnv(dotenvText.replace(/^\uFEFF/, '')), workingDir }
}

function readDotenv(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
