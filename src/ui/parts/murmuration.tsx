import { randomFrom } from '../text/seed.ts'

/** A path with its numbers cut to what can be seen. */
const path = (words: TemplateStringsArray, ...numbers: number[]) =>
  words.map((word, i) => word + (numbers[i]?.toFixed(1) ?? '')).join('')

/** A flock at dusk: small marks that thicken and thin along a bend. Drawn once, from a fixed seed. */
const flock = (() => {
  const random = randomFrom(1907)
  const gauss = () => random() + random() + random() - 1.5
  return Array.from({ length: 230 }, () => {
    const t = Math.pow(random(), 0.8)
    const spread = 7 + 26 * Math.sin(Math.PI * t) ** 2
    const x = 20 + 360 * t + gauss() * 12
    const y = 78 - 46 * Math.sin(t * 5.1 + 0.4) * (1 - 0.35 * t) + gauss() * spread
    const size = 1.3 + random() * 2.1
    const lift = size * (0.25 + random() * 0.6)
    return {
      d: path`M${x - size} ${y - lift}q${size * 0.7} 0 ${size} ${lift}q${size * 0.3} ${-lift} ${size} ${-lift * 0.6}`,
      opacity: 0.28 + random() * 0.72
    }
  })
})()

export function Murmuration() {
  return (
    <svg
      className="murmuration"
      viewBox="0 0 400 150"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.1"
      strokeLinecap="round"
    >
      {flock.map((bird, i) => (
        <path key={i} d={bird.d} opacity={bird.opacity.toFixed(2)} />
      ))}
    </svg>
  )
}
