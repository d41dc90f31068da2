/** Seeded chance: the same seed gives the same numbers on every machine. */
export interface Random {
  /** 0 to 1, without 1 */
  (): number
}

/** A generator (sfc32) of its own for each pair of a seed and a name, so that one part's draws don't move another's. */
export function createRandom(seed: number, name = ''): Random {
  let a = seed | 0
  let b = 0x9e3779b9
  let c = 0x243f6a88
  let counter = 1
  for (let i = 0; i < name.length; i++) b = Math.imul(b ^ name.charCodeAt(i), 0x01000193)
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 4294967296
  }
  for (let i = 0; i < 15; i++) next()
  return next
}

/** A whole number from 0 up to `below`, without it. */
export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit)
}

/** Standard normal, by Box and Muller. */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Puts the first `count` places of an array in random order, drawn from all of it, and returns it. */
export function shuffle<T>(random: Random, items: T[], count = items.length): T[] {
  for (let i = 0; i < Math.min(count, items.length - 1); i++) {
    const other = i + below(random, items.length - i)
    const item = items[i] as T
    items[i] = items[other] as T
    items[other] = item
  }
  return items
}
