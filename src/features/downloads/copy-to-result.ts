import type { FileFacts, ResultFiles } from '#domain/result-file.ts'

/** Copies a file to where people get it; what an earlier run has copied already is proved, not written again. */
export async function copyToResult(from: string, to: string, results: ResultFiles): Promise<FileFacts> {
  const facts = await results.facts(from)
  await using result = await results.open(to)
  if (!(await result.keep(facts))) await result.append(from, facts)
  return await result.finish()
}
