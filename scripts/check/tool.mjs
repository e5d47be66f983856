import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../setup/root.mjs'
import { childEnv, newNode } from '../setup/run.mjs'

/**
 * Runs the program of an npm package under a Node that is new enough.
 *
 * @param {string} script its path inside node_modules
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number, output: string, stdout: string }>} `output` is both streams in the order they came
 */
export function runTool(script, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(newNode(), [join(root, 'node_modules', script), ...args], {
      cwd: root,
      env: { ...childEnv, NO_COLOR: '1', FORCE_COLOR: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, output, stdout }))
  })
}
