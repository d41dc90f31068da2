const PAINT = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'opacity',
  'font-size',
  'font-family',
  'text-anchor'
] as const

/**
 * A drawn SVG as a file that looks the same anywhere: the colours that stand in the page's tokens are
 * written out, with the page's surface behind them.
 */
export function svgFile(svg: SVGSVGElement, title: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement
  const [from, to] = [[...svg.querySelectorAll('*')], [...copy.querySelectorAll('*')]]
  from.forEach((element, i) => {
    const computed = getComputedStyle(element)
    for (const name of PAINT) {
      const value = computed.getPropertyValue(name)
      if (value !== '') to[i]?.setAttribute(name, value)
    }
    to[i]?.removeAttribute('style')
    to[i]?.removeAttribute('class')
  })
  const { width, height } = svg.getBoundingClientRect()
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`)
  copy.removeAttribute('style')
  copy.removeAttribute('class')
  const name = document.createElementNS('http://www.w3.org/2000/svg', 'title')
  name.textContent = title
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  ground.setAttribute('width', '100%')
  ground.setAttribute('height', '100%')
  ground.setAttribute('fill', surfaceOf(svg))
  copy.prepend(name, ground)
  return new XMLSerializer().serializeToString(copy)
}

function surfaceOf(svg: SVGSVGElement): string {
  for (let at: Element | null = svg; at !== null; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor
    if (colour !== 'rgba(0, 0, 0, 0)' && colour !== 'transparent') return colour
  }
  return '#fff'
}
