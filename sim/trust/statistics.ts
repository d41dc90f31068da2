/** Figures over runs. */

export interface Figure {
  mean: number
  /** half the width of the 95 % interval of the mean, by Student's t; 0 of one run */
  ci95: number
}

/** Quantiles 0.975 of Student's t, for 1 to 30 degrees of freedom. */
const T_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101,
  2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042
]

/** Mean and interval of what was measured; runs that measured nothing (NaN) are left out. */
export function figure(values: readonly number[]): Figure {
  const measured = values.filter((value) => !Number.isNaN(value))
  const count = measured.length
  if (count === 0) return { mean: NaN, ci95: NaN }
  const mean = measured.reduce((sum, value) => sum + value, 0) / count
  if (count === 1) return { mean, ci95: 0 }
  const variance = measured.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  return { mean, ci95: (T_975[count - 2] ?? 1.96) * Math.sqrt(variance / count) }
}

/**
 * How likely one of the good has a higher score than one of the bad, ties counted half: the area under the curve of
 * Mann and Whitney. NaN when there are none of either.
 */
export function auc(good: readonly number[], bad: readonly number[]): number {
  const all = [...good.map((score) => ({ score, good: true })), ...bad.map((score) => ({ score, good: false }))]
  all.sort((a, b) => a.score - b.score)
  let ranks = 0
  for (let i = 0; i < all.length; ) {
    let end = i
    while (end < all.length && all[end]?.score === all[i]?.score) end++
    // places count from one, and equal scores share theirs
    const rank = (i + end + 1) / 2
    for (; i < end; i++) if (all[i]?.good) ranks += rank
  }
  return (ranks - (good.length * (good.length + 1)) / 2) / (good.length * bad.length)
}
