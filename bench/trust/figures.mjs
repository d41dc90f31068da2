/** What is told of many times. */

/** @param {Array<number | null>} values those that are null are left out @returns {number | null} */
export const median = (values) => quantile(values, 0.5)

/** @param {Array<number | null>} values @param {number} share of the values that are below @returns {number | null} */
export function quantile(values, share) {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b)
  return sorted.length === 0 ? null : rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))])
}

/** @param {number} value */
export function rounded(value) {
  return Number(value.toPrecision(4))
}
