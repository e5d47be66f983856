import { ConflictError, InvalidInputError, NoSpaceError } from '#domain/errors.ts'

const SQLITE_READONLY = 8
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26

/** SQLite's result codes (sqlite.org/rescode.html) in our words; what we do not expect stays as it is. */
export function translateSqliteError(error: unknown): unknown {
  // The low byte is the primary code, the rest says more.
  const code = ((error as { errcode?: number }).errcode ?? 0) % 256
  if (code === SQLITE_FULL) {
    return new NoSpaceError('The catalog cannot grow.', {
      why: 'The disk is full.',
      fix: 'Make room where DATA_DIR is.',
      cause: error,
    })
  }
  if (code === SQLITE_READONLY || code === SQLITE_CANTOPEN) {
    return new InvalidInputError('The catalog cannot be opened for writing.', {
      why: (error as Error).message,
      fix: 'All files in DATA_DIR must belong to whoever runs Telereel: mend their owner and rights.',
      cause: error,
    })
  }
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) {
    return new ConflictError('The catalog file is damaged.', {
      why: (error as Error).message,
      fix: 'Move it away and run `telereel rebuild`: the stored blobs know every finished video.',
      cause: error,
    })
  }
  return error
}
