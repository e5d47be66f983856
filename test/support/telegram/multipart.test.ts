import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MultipartParser } from './multipart.ts'

interface Part {
  readonly name: string
  readonly fileName: string | undefined
  readonly content: Buffer
}

const BOUNDARY = '--x-1'

describe('a multipart body', () => {
  it('comes apart into its parts wherever it is cut into chunks', async () => {
    // Content that looks much like a boundary, and chunks down to a single byte.
    const fragment = fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      '-',
      '--',
      '\r\n--',
      '--x',
      `\r\n--${BOUNDARY.slice(0, -1)}`,
      'a',
    )
    const content = fc.array(fragment, { maxLength: 12 }).map((pieces) => Buffer.from(pieces.join('')))
    const part = fc.record({
      name: fc.constantFrom('chat_id', 'document', 'a b'),
      fileName: fc.constantFrom(undefined, 'a.bin', 'Grüße "x".bin'.replaceAll('"', '')),
      content,
    })
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), cuts, async (parts, sizes) => {
        expect(await parse(bodyOf(parts), sizes)).toEqual(parts)
      }),
      { numRuns: 500 },
    )
  })

  it('is refused, and never hangs, when it is anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 50 }), async (bytes, size) => {
        await expect(parse(Buffer.from(bytes), [size])).rejects.toThrow('Bad Request')
      }),
    )
  })

  it('is refused when it ends too early', async () => {
    const whole = bodyOf([{ name: 'a', fileName: undefined, content: Buffer.from('content') }])
    for (let end = 0; end < whole.length - 4; end += 1) {
      await expect(parse(whole.subarray(0, end), [7])).rejects.toThrow('ends too early')
    }
  })

  it('takes names without quotes, and names in the extended form', async () => {
    const head = `--${BOUNDARY}\r\ncontent-disposition:form-data;name="document";filename=a.bin\r\n\r\n1`
    const next = `\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name=b; filename*=UTF-8''%C3%BC.bin\r\n\r\n2`
    const parts = await parse(Buffer.from(`${head}${next}\r\n--${BOUNDARY}--\r\n`), [1000])
    expect(parts.map(({ name, fileName }) => [name, fileName])).toEqual([
      ['document', 'a.bin'],
      ['b', 'ü.bin'],
    ])
  })
})

function bodyOf(parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ name, fileName, content }) => [
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"` +
        `${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n\r\n`,
    ),
    content,
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)])
}

async function parse(body: Buffer, sizes: readonly number[]): Promise<Part[]> {
  const parts: { name: string; fileName: string | undefined; chunks: Buffer[] }[] = []
  const parser = new MultipartParser(`multipart/form-data; boundary="${BOUNDARY}"`, {
    part: ({ name, fileName }) => void parts.push({ name, fileName, chunks: [] }),
    data: (chunk) => void parts.at(-1)?.chunks.push(chunk),
    partEnd: () => undefined,
  })
  for (let at = 0, index = 0; at < body.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1
    await parser.push(body.subarray(at, at + size))
    at += size
  }
  parser.end()
  return parts.map(({ name, fileName, chunks }) => ({ name, fileName, content: Buffer.concat(chunks) }))
}
