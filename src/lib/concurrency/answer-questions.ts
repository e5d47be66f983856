import { parentPort } from 'node:worker_threads'
import type { NumberedAnswer, NumberedQuestion } from './helper-thread.ts'

/** The other side of HelperThread: answers what the main thread asks, one question after another. */
export function answerQuestions<Question, Answer>(answerOf: (question: Question) => Answer): void {
  parentPort?.on('message', ({ id, question }: NumberedQuestion<Question>) => {
    parentPort?.postMessage({ id, answer: answerOf(question) } satisfies NumberedAnswer<Answer>)
  })
}
