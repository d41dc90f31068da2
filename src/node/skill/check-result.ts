import { encode, InvalidBytesError, parse } from '../schema/codec.ts'
import { result, type Result } from '../schema/result.ts'
import { ProgramError } from './runner.ts'
import { bytesInWords } from './words.ts'

/**
 * A result from whatever a program gave.
 *
 * @param outputBytes the most bytes that it may have, as it is sent
 * @throws ProgramError (`output`) when it is not a result or is too large
 */
export function checkResult(value: unknown, outputBytes: number): Result {
  let checked: Result
  try {
    checked = parse(value, result)
  } catch (cause) {
    if (!(cause instanceof InvalidBytesError)) throw cause
    throw new ProgramError('output', `The program’s answer is not in the form of a result: ${cause.message}.`, {
      cause
    })
  }
  if (encode(checked).length > outputBytes) throw tooLarge(outputBytes)
  return checked
}

/** The error for a result that has too many bytes. */
export function tooLarge(outputBytes: number): ProgramError {
  return new ProgramError('output', `The result is larger than the ${bytesInWords(outputBytes)} that were agreed.`)
}
