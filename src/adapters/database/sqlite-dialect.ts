import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  type Dialect as KyselyDialect,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from 'kysely'
import { translateSqliteError } from './sqlite-errors.ts'

/** Statements kept prepared; the product has some dozens, batches of rows make a few more. */
const MAX_STATEMENTS = 200
/** SQLite waits inside the call, which stops the event loop: so it waits briefly, and we wait outside, up to BUSY_LIMIT_MS. */
const BUSY_TIMEOUT_MS = 5
const BUSY_LIMIT_MS = 30_000
const SQLITE_BUSY = 5
const OWNER_ONLY = 0o600
const OTHERS = 0o007

/** Kysely on the SQLite that comes with Node: one connection, which Kysely hands to one caller at a time. */
export function sqliteDialect(path: string): KyselyDialect {
  return {
    createDriver: () => new NodeSqliteDriver(path),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  }
}

class NodeSqliteDriver implements Driver {
  readonly #path: string
  #connection: NodeSqliteConnection | undefined

  constructor(path: string) {
    this.#path = path
  }

  async init(): Promise<void> {
    const connection = await openConnection(this.#path)
    this.#connection = connection
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection as NodeSqliteConnection
  }

  /** A writer takes the write lock first: taken later, it could fail after reads that would have to be made again. */
  async beginTransaction(connection: DatabaseConnection, { accessMode }: TransactionSettings): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(accessMode === 'read only' ? 'begin' : 'begin immediate'))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  /** SQLite has rolled back by itself after some errors, a full disk for one. */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#connection?.inTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#connection?.close()
  }
}

async function openConnection(path: string): Promise<NodeSqliteConnection> {
  mkdirSync(dirname(path), { recursive: true })
  keepPrivate(path)
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  const connection = new NodeSqliteConnection(database)
  try {
    // FULL: what was committed is there after a power cut. WAL: readers and the writer do not wait for one another.
    for (const pragma of ['journal_mode = wal', 'synchronous = full', 'foreign_keys = on'])
      await connection.executeQuery(CompiledQuery.raw(`pragma ${pragma}`))
  } catch (error) {
    connection.close()
    throw error
  }
  return connection
}

/**
 * Jobs hold what people sent along with addresses, logins too: the file is its owner's alone, whatever the folder and the
 * umask allow. SQLite gives the files beside it the rights of this one.
 */
function keepPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'ax', OWNER_ONLY))
  } catch {
    // It is there, or cannot be made, which opening it tells better. One that an earlier version made is closed to others.
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0
    if ((mode & OTHERS) !== 0) closeToOthers(path, mode)
  }
}

/** Not every file system, and not every user, may. */
function closeToOthers(path: string, mode: number): void {
  try {
    chmodSync(path, mode & ~OTHERS)
  } catch {}
}

class NodeSqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, { readonly statement: StatementSync; readonly returnsRows: boolean }>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** While another process holds the write lock the statement is tried again: SQLite has done nothing of it. */
  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const deadlineMs = performance.now() + BUSY_LIMIT_MS
    for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 50)) {
      try {
        return this.#execute<Row>(query)
      } catch (error) {
        const busy = ((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY
        if (!busy || performance.now() > deadlineMs) throw translateSqliteError(error)
      }
      await sleep(waitMs)
    }
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for the method; nothing here streams.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('Rows are not streamed from SQLite.')
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #execute<Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> {
    const { statement, returnsRows } = this.#prepare(sql)
    if (returnsRows) return { rows: statement.all(...(parameters as SQLInputValue[])) as Row[] }
    const { changes } = statement.run(...(parameters as SQLInputValue[]))
    return { rows: [], numAffectedRows: BigInt(changes) }
  }

  #prepare(sql: string) {
    const kept = this.#statements.get(sql)
    if (kept) return kept
    const statement = this.#database.prepare(sql)
    const prepared = { statement, returnsRows: statement.columns().length > 0 }
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.delete(this.#statements.keys().next().value as string)
    this.#statements.set(sql, prepared)
    return prepared
  }
}
