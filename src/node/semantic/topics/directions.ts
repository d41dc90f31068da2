/**
 * Directions in eight-bit numbers, and how near they are to each other to the last bit alike on every machine: trust between
 * topics rests on it. Sums of such products are whole numbers below 2^53, and JavaScript says how division rounds; the one thing
 * that it leaves to the machine, the square root, is mended to whole numbers.
 */
import { unit } from '../vectors.ts'

/** Unrelated topics have cosines up to this: nine of ten pairs of the seed are below. */
const UNRELATED = 0.27
/** Numbers of a vector of length 1 are seldom farther from zero than so many times what they are on average. */
const CUT = 4

/** The direction of a vector: its largest number becomes 127. Of nothing, nothing. */
export function quantised(vector: ArrayLike<number>): Int8Array {
  const numbers = Array.from(vector)
  const largest = numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0)
  return largest > 0 && Number.isFinite(largest)
    ? Int8Array.from(numbers, (number) => Math.round((number * 127) / largest))
    : new Int8Array(numbers.length)
}

/** Of any vector one of about the same length, so that none weighs more than others in a sum. Numbers far from zero are cut. */
export function equallyLong(vector: Float32Array): Int8Array {
  const largest = CUT / Math.sqrt(vector.length)
  return Int8Array.from(unit(vector), (number) => Math.round(Math.max(-1, Math.min(1, number / largest)) * 127))
}

/** The cosine of two directions of 384 numbers or so; 0 when one of them is nothing. */
export function cosine(a: Int8Array, b: Int8Array): number {
  const squares = squareOf(a) * squareOf(b)
  return squares === 0 ? 0 : product(a, b) / wholeRoot(squares)
}

/** How much topics of such a cosine have to do with each other: 0, nothing, to 1. */
export const nearness = (cosine: number): number => Math.min(1, Math.max(0, (cosine - UNRELATED) / (1 - UNRELATED)))

/** The cosine of a direction and a vector of length 1. */
export function cosineTo(direction: Int8Array, vector: Float32Array): number {
  const square = squareOf(direction)
  let sum = 0
  for (let i = 0; i < direction.length; i++) sum += (direction[i] as number) * (vector[i] ?? 0)
  return square === 0 ? 0 : sum / Math.sqrt(square)
}

export function toBase64(direction: Int8Array): string {
  return btoa(String.fromCharCode(...new Uint8Array(direction.buffer, direction.byteOffset, direction.length)))
}

export function fromBase64(base64: string): Int8Array {
  return new Int8Array(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer)
}

/** Of directions that don't change: they are compared many times. */
const squares = new WeakMap<Int8Array, number>()

/** The square of a direction's length. */
function squareOf(direction: Int8Array): number {
  let square = squares.get(direction)
  if (square === undefined) squares.set(direction, (square = product(direction, direction)))
  return square
}

function product(a: Int8Array, b: Int8Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] ?? 0)
  return sum
}

/** The largest whole number whose square is at most this one. */
function wholeRoot(square: number): number {
  let root = Math.floor(Math.sqrt(square))
  while (root * root > square) root--
  while ((root + 1) * (root + 1) <= square) root++
  return root
}
