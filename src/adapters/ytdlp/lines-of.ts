const MAX_LINE_BYTES = 64 * 1024

/** Lines of a program's output; of one that is too long only the beginning. */
export async function* linesOf(output: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of output) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n|\r/)
    rest = (parts.pop() ?? '').slice(0, MAX_LINE_BYTES)
    for (const line of parts) yield line.slice(0, MAX_LINE_BYTES)
  }
  if (rest !== '') yield rest
}
