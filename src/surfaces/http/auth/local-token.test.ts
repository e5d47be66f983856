import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureLocalToken, localTokenPath } from './local-token.ts'

let dir: string
let path: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'telereel-token-'))
  path = localTokenPath(dir)
})
afterEach(() => rm(dir, { recursive: true, force: true }))

describe('the token of the data folder', () => {
  it('is made once, long and for its owner only, whatever the umask allows', async () => {
    const umask = process.umask(0)
    const token = await ensureLocalToken(dir).finally(() => process.umask(umask))
    expect(token).toMatch(/^[\w-]{43}$/)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await ensureLocalToken(dir)).toBe(token)
    expect(await readFile(path, 'utf8')).toBe(`${token}\n`)
  })

  it.each(['', 'half-of-one', '\0'.repeat(44)])('is made anew where a crash left %j', async (left) => {
    await writeFile(path, left, { mode: 0o600 })
    await writeFile(`${path}.tmp`, left)
    expect(await ensureLocalToken(dir)).toMatch(/^[\w-]{43}$/)
  })

  it.runIf(process.platform !== 'win32')('is made anew when others could read it', async () => {
    const known = await ensureLocalToken(dir)
    await chmod(path, 0o644)
    expect(await ensureLocalToken(dir)).not.toBe(known)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it.runIf(process.platform !== 'win32')('is not read from, nor written to, where a link leads', async () => {
    const elsewhere = join(dir, 'elsewhere')
    await writeFile(elsewhere, `${'a'.repeat(43)}\n`, { mode: 0o600 })
    await symlink(elsewhere, path)
    await symlink(elsewhere, `${path}.tmp`)
    expect(await ensureLocalToken(dir)).not.toBe('a'.repeat(43))
    expect(await readFile(elsewhere, 'utf8')).toBe(`${'a'.repeat(43)}\n`)
  })
})
