/** Names and the numbers that stand for them, in the order in which they came. */
export interface Names {
  readonly size: number
  /** The number of a name, a new one if need be. */
  number(name: string): number
  /** The number of a name; undefined: it was never named. */
  find(name: string): number | undefined
  name(number: number): string
  save(): string[]
}

export function createNames(saved: readonly string[] = []): Names {
  const names = [...saved]
  const numbers = new Map(names.map((name, i) => [name, i]))
  return {
    get size() {
      return names.length
    },
    number(name) {
      let number = numbers.get(name)
      if (number === undefined) {
        number = names.push(name) - 1
        numbers.set(name, number)
      }
      return number
    },
    find: (name) => numbers.get(name),
    name: (number) => names[number] ?? '',
    save: () => [...names]
  }
}
