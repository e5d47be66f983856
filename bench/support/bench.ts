import { styleText } from 'node:util'
import type { Figure } from './figure.ts'
import { describeMachine, Quietness } from './machine.ts'

/** What a program measures with. */
export interface Measuring {
  readonly quietness: Quietness
  add(...figures: readonly Figure[]): void
}

/**
 * Runs the measurements and prints their table. The process fails when a ratio is over what is allowed and the machine was
 * quiet; on a busy one the same is only said, because it proves nothing.
 */
export async function bench(title: string, measure: (measuring: Measuring) => Promise<void>): Promise<void> {
  const figures: Figure[] = []
  const quietness = new Quietness()
  await quietness.look()
  await measure({ quietness, add: (...more) => figures.push(...more) })
  await quietness.look()
  const share = `others used up to ${Math.round(quietness.share * 100)} % of the processors`
  console.log(`\n${title}: ${describeMachine()}; ${share}${quietness.isQuiet ? '' : ', so nothing is decided'}`)
  print(figures)
  if (figures.length === 0 || (quietness.isQuiet && figures.some(isOver))) process.exitCode = 1
}

function isOver({ ratio, allowed }: Figure): boolean {
  return allowed !== null && !(ratio <= allowed)
}

function print(figures: readonly Figure[]): void {
  const rows = figures.map((figure) => [
    figure.name,
    figure.ours,
    figure.limit,
    figure.ratio.toPrecision(3),
    figure.allowed === null ? '' : String(figure.allowed),
    figure.allowed === null ? '' : isOver(figure) ? 'OVER' : 'ok',
  ])
  const table = [['figure', 'ours', 'limit', 'ratio', 'allowed', 'ok'], ...rows]
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  for (const row of table) {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')
    console.log(row.at(-1) === 'OVER' ? styleText('red', line) : line)
  }
}
