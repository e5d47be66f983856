/** `npm run env-example`: writes .env.example from the table of settings. Needs Node 24, as npm run finds it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { envExample } from '../src/config/env-example.ts'
import { root } from './setup/root.mjs'

writeFileSync(join(root, '.env.example'), envExample())
