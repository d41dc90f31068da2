/** Runs the bench where trust runs too: in a worker, with one more for the second thread. */
import { prepareConverging, timeBatches } from './converging.ts'
import type { Answer, Question } from './questions.ts'
import { fill, resume } from './resuming.ts'
import { createRunner, type Runner } from './runner.ts'

let runner: Runner | null = null
let converge: ReturnType<typeof prepareConverging> | null = null

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  answer(data).then(postMessage, (error: unknown) => postMessage({ error: String(error) } satisfies Answer))
})

async function answer(question: Question): Promise<Answer> {
  switch (question.what) {
    case 'open': {
      const [graph, reference] = await Promise.all([load(question.graph), question.reference === null ? null : load(question.reference)])
      runner = await createRunner(graph, reference, startHelper())
      return { opened: true }
    }
    case 'run':
      return begun(runner).run(question)
    case 'batches':
      return timeBatches(question)
    case 'fill':
      return fill(question)
    case 'resume':
      return resume(question)
    case 'prepare':
      converge = prepareConverging(question)
      return { opened: true }
    case 'converge':
      return begun(converge)()
  }
}

function begun<T>(what: T | null): T {
  if (what === null) throw new Error('expected a graph to be opened, or ratings to be drawn, first')
  return what
}

async function load(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`expected ${url}, got ${response.status}`)
  return response.arrayBuffer()
}

function startHelper(): MessagePort {
  const { port1, port2 } = new MessageChannel()
  new Worker(new URL('./helper.ts', import.meta.url), { type: 'module' }).postMessage(port2, [port2])
  return port1
}
