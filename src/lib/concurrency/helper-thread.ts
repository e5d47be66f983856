import { Worker } from 'node:worker_threads'

export interface NumberedQuestion<Question> {
  readonly id: number
  readonly question: Question
}

export interface NumberedAnswer<Answer> {
  readonly id: number
  readonly answer: Answer
}

/** A thread that has nothing to do for so long ends; the next question starts another. */
const IDLE_MS = 10_000

/** Asks a thread of its own, which runs a program that calls `answerQuestions`. Shared memory is looked at, not copied. */
export class HelperThread<Question, Answer> {
  readonly #program: URL
  #worker: Worker | null = null
  #idle: ReturnType<typeof setTimeout> | undefined
  #nextId = 0
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>()

  constructor(program: URL) {
    this.#program = program
  }

  /** Starts the thread, so that the first question need not wait for it. */
  prepare(): void {
    if (this.#worker !== null) return
    this.#worker = this.#start()
    this.#rest(this.#worker)
  }

  /** Rejects when the thread breaks. */
  ask(question: Question): Promise<Answer> {
    const answer = Promise.withResolvers<Answer>()
    const id = this.#nextId++
    this.#waiting.set(id, answer)
    clearTimeout(this.#idle)
    this.#worker ??= this.#start()
    this.#worker.ref()
    this.#worker.postMessage({ id, question } satisfies NumberedQuestion<Question>)
    return answer.promise
  }

  #start(): Worker {
    const worker = new Worker(this.#program)
    worker.on('message', ({ id, answer }: NumberedAnswer<Answer>) => {
      this.#waiting.get(id)?.resolve(answer)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) this.#rest(worker)
    })
    worker.on('error', (error) => {
      this.#end()
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
    })
    return worker
  }

  #rest(worker: Worker): void {
    worker.unref()
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.#end(), IDLE_MS)
    this.#idle.unref()
  }

  #end(): void {
    void this.#worker?.terminate()
    this.#worker = null
  }
}
