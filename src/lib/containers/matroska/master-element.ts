import { type Element, elementsIn, floatOf, textOf, uintOf } from './ebml-element.ts'

/** The children of a master element by ID; null where one is missing. */
export class MasterElement {
  readonly #children: readonly Element[]

  constructor(body: Uint8Array | null) {
    this.#children = body === null ? [] : elementsIn(body)
  }

  body(id: number): Uint8Array | null {
    return this.#children.find((child) => child.id === id)?.body ?? null
  }

  uint(id: number): number | null {
    const body = this.body(id)
    return body && uintOf(body)
  }

  float(id: number): number | null {
    const body = this.body(id)
    return body && floatOf(body)
  }

  text(id: number): string | null {
    const body = this.body(id)
    return body && textOf(body)
  }

  master(id: number): MasterElement {
    return new MasterElement(this.body(id))
  }

  masters(id: number): MasterElement[] {
    return this.#children.filter((child) => child.id === id).map((child) => new MasterElement(child.body))
  }
}
