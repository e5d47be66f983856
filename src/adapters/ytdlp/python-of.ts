import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { findProgram } from '#lib/process/resource-limits.ts'

const HEAD_BYTES = 4096

/** The Python that a script asks for in its first lines; null for a program of its own, and for a script of another kind. */
export async function pythonOf(script: string, searchPath: string): Promise<string | null> {
  const head = await readHead(script)
  if (!head.startsWith('#!')) return null
  const [first = '', second = ''] = head.slice(2).split('\n')
  // pip writes this form where the path is too long for the kernel or has blanks in it.
  const long = /^'''exec'\s+"?([^"\n]+?)"?\s+"\$0"/.exec(second)?.[1]
  const [program = '', ...rest] = long === undefined ? first.trim().split(/\s+/) : [long]
  const named = basename(program) === 'env' ? rest.find((word) => !/^-|=/.test(word)) : program
  if (named !== undefined && /^(?:python|pypy)/.test(basename(named)))
    return (await findProgram(named, searchPath)) ?? named
  // pyenv starts whatever belongs to its Python of the day, and so does its `python3`; a checkout has its own shell script.
  return /pyenv|yt_dlp\/__main__\.py/.test(head) ? findProgram('python3', searchPath) : null
}

async function readHead(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await file.close()
  }
}

const ZIP = 'PK\x03\x04'

/** A zip behind the `#!` line: the one-file form in which yt-dlp is released. */
export async function isZippedScript(path: string): Promise<boolean> {
  const head = await readHead(path)
  return head.startsWith('#!') && head.startsWith(ZIP, head.indexOf('\n') + 1)
}
