import { availableParallelism } from 'node:os'
import { STEPS } from './steps.mjs'

/**
 * Runs the checks, as many at once as there are processors, and prints each as it ends.
 *
 * @param {readonly string[]} names of the checks, all when empty
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runChecks(names = []) {
  const unknown = names.filter((name) => !Object.hasOwn(STEPS, name))
  if (unknown.length > 0)
    throw new Error(`No check is called ${unknown.join(', ')}; there are ${Object.keys(STEPS).join(', ')}.`)
  const queue = Object.entries(STEPS).filter(([name]) => names.length === 0 || names.includes(name))
  const count = { passed: 0, failed: 0 }
  const worker = async () => {
    for (let step = queue.shift(); step; step = queue.shift()) {
      if (await passes(...step)) count.passed++
      else count.failed++
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return count
}

async function passes(name, check) {
  const startMs = performance.now()
  const { fault, note } = await check().catch((error) => ({ fault: error.stack, note: '' }))
  const tookSec = ((performance.now() - startMs) / 1000).toFixed(1)
  console.log(`${fault ? '✖' : '✔'} ${name} (${[note, `${tookSec} s`].filter(Boolean).join(', ')})`)
  if (fault) console.log(`${fault.replace(/^/gm, '    ')}\n`)
  return !fault
}
