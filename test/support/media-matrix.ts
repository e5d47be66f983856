import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MATRIX, type MatrixName, type Recipe } from './media-matrix-recipes.ts'

const run = promisify(execFile)
/** Git-ignored; what is there is made once and kept. */
const SHELF = fileURLToPath(new URL('../.media', import.meta.url))

/** The path of a file of the matrix, made now when it is not on the shelf. */
export async function mediaFile(name: MatrixName): Promise<string> {
  const recipe: Recipe = MATRIX[name]
  const from = recipe.from ? await mediaFile(recipe.from as MatrixName) : null
  const path = join(SHELF, keyOf(recipe, from), recipe.file)
  if (existsSync(path)) return path
  await mkdir(SHELF, { recursive: true })
  const scratch = await mkdtemp(join(SHELF, 'making-'))
  try {
    for (const [file, content] of Object.entries(recipe.beside ?? {})) await writeFile(join(scratch, file), content)
    const source = from ? ['-i', from] : []
    const args = ['-nostdin', '-v', 'error', '-y', ...(recipe.input ?? []), ...source, ...recipe.args]
    const flags = ['-fflags', '+bitexact', '-flags', '+bitexact']
    const whole = recipe.throughPipe ? [...args, ...flags, '-'] : [...args, ...flags, recipe.file]
    const { stdout } = await run('ffmpeg', whole, { cwd: scratch, encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 })
    if (recipe.throughPipe) await writeFile(join(scratch, recipe.file), stdout)
    await mkdir(join(path, '..'), { recursive: true })
    await rename(join(scratch, recipe.file), path)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  return path
}

/** Another recipe, or another file it is made from, makes another file. */
function keyOf(recipe: Recipe, from: string | null): string {
  return createHash('sha256')
    .update(JSON.stringify(recipe))
    .update(from ?? '')
    .digest('hex')
    .slice(0, 16)
}
