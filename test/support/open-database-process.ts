import { openDatabase } from '../../src/adapters/database/open-database.ts'

/** Opens the catalog file that it is given and ends: `node open-database-process.ts <path>`. */
await using _database = await openDatabase({ kind: 'sqlite', path: process.argv[2] ?? '' })
