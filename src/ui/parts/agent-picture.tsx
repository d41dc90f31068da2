import { memo } from 'react'
import { colourOf } from '../text/names.ts'
import { randomFrom, seedOf } from '../text/seed.ts'
import './agent-picture.css'

const tails = [
  'M14 30 4 34.5 5.5 29Z',
  'M14 29 3 29.5 4.5 33.5Z',
  'M14 28 4.5 25.5 3.5 30Z',
  'M14 30 5 37 9.5 36.5 15.5 33Z'
]
const beaks = ['M34.5 17.6 41.5 19.4 34.5 21.2Z', 'M34.5 18 45 20.4 34.2 21Z', 'M34.6 16.6 40 20 34 22.2Z']
const crests = ['', 'M26 12.5 23.5 7 29.5 11.3Z', 'M29 11.5 27.5 5.8 31.2 6.8 32.4 11.6Z']
const wings = [
  'M13 26.5C18 20.5 26 21.5 28 26.5 26.5 32.5 18 34 13 26.5Z',
  'M10 28C16 19.5 25.5 20 27.5 25 25.5 31 18 31.5 10 28Z',
  'M15 25C20 20.5 28.5 23.5 27.5 29.5 23 33.5 17 31.5 15 25Z'
]

/**
 * The picture that belongs to a key: a bird in the colour of its name, the same for everybody who sees
 * that agent. It says nothing that the name beside it does not say, so it is hidden from screen readers.
 */
export const AgentPicture = memo(function AgentPicture({ agent, size = 40 }: { agent: string; size?: number }) {
  const { hue, chroma } = colourOf(agent)
  const random = randomFrom(seedOf(`picture ${agent}`))
  const pick = <T,>(from: readonly T[]) => from[Math.floor(random() * from.length)]
  const turn = 30 + random() * 150
  const ground = `hsl(${(hue + turn + 90) % 360} ${18 + 30 * random()}% ${82 + 8 * random()}%)`
  const body = `hsl(${hue} ${chroma * 78}% ${38 + 14 * random()}%)`
  const dark = `hsl(${(hue + 12) % 360} ${chroma * 70}% ${20 + 8 * random()}%)`
  const breast = `hsl(${(hue + 340 + 40 * random()) % 360} ${20 + chroma * 60}% ${74 + 12 * random()}%)`
  const facesLeft = random() < 0.5
  const tail = pick(tails)
  const beak = pick(beaks)
  const crest = pick(crests)
  const wing = pick(wings)
  const speckles = Math.floor(random() * 3) * 4
  const beakColour = `hsl(${34 + 14 * random()} 85% ${42 + 14 * random()}%)`
  const dots = Array.from({ length: speckles }, () => ({
    x: 16 + random() * 13,
    y: 22.5 + random() * 10,
    r: 0.5 + random() * 0.45
  }))
  return (
    <svg className="agent-picture" width={size} height={size} viewBox="0 0 48 48" aria-hidden="true">
      <rect width="48" height="48" rx="14" fill={ground} />
      <g transform={facesLeft ? 'matrix(-1 0 0 1 48 0)' : undefined}>
        <path d="M6 41.2C16 39.4 33 39.6 43 41.4" stroke={dark} strokeWidth="1.6" strokeLinecap="round" fill="none" />
        <path d="M21.5 35.5V40M25.5 35.5V40" stroke={dark} strokeWidth="1.4" strokeLinecap="round" />
        <path d={tail} fill={dark} />
        {crest !== '' && <path d={crest} fill={dark} />}
        <path d={beak} fill={beakColour} />
        <path
          d="M11 29.5C13 22 19 21 23.5 17.5 25 13 28 11.2 31 11.2 35 11.2 37 14.4 36.4 18.6 36 23 35 26 33 29.5 30 35.5 24
            37 19.5 36.4 15 35.6 12 33 11 29.5Z"
          fill={body}
        />
        <path
          d="M35.8 21.5C35.4 25 34.6 27 33 29.5 30.5 34.5 26 36.6 21.8 36.5 27.5 33.5 31.5 28.5 32.3 22.6 33.4 23
            34.8 22.6 35.8 21.5Z"
          fill={breast}
        />
        <path d={wing} fill={dark} />
        {dots.map((dot, i) => (
          <circle key={i} cx={dot.x} cy={dot.y} r={dot.r} fill={breast} />
        ))}
        <circle cx="31.6" cy="17" r="2" fill="#fff" />
        <circle cx="32" cy="17" r="1.15" fill="#14110d" />
      </g>
    </svg>
  )
})
