import { stat } from 'node:fs/promises'
import { InvalidInputError, NotFoundError } from '#domain/errors.ts'

/** Rejects with words where there is none, or something else. */
export async function mustBeFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => null)
  if (!found) throw new NotFoundError(`There is no file ${path}.`, { fix: 'Check the name.' })
  if (!found.isFile()) throw new InvalidInputError(`${path} is not a file.`, { fix: 'Name the video file itself.' })
}
