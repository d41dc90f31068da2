import { InvalidBytesError } from '../schema/codec.ts'

/**
 * For one channel of a contract: what it is to be told once, it is.
 *
 * @returns takes the type of a message that has come. Throws InvalidBytesError when one of that type came before
 */
export function createOnceEach(): (type: string) => void {
  const heard = new Set<string>()
  return (type) => {
    if (heard.has(type)) throw new InvalidBytesError(`expected “${type}” once`)
    heard.add(type)
  }
}
