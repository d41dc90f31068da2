import { encode } from '../src/node/schema/codec.ts'
import { below, createRandom } from './random.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz '

export interface SimBody {
  kind: 'capability'
  name: string
  description: string
}

/** A body of its own for each number, of so many bytes as DAG-CBOR. */
export function createBody(seed: number, number: number, bytes: number): SimBody {
  const random = createRandom(seed, `body ${number}`)
  const name = `number ${number}`
  const around = encode({ kind: 'capability', name, description: '' }).length
  // a longer text's length takes two bytes more
  const length = bytes - around - 2
  const description = Array.from({ length }, () => LETTERS[below(random, LETTERS.length)]).join('')
  return { kind: 'capability', name, description }
}
