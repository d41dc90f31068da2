/** How a page's frames come while something is done elsewhere. */

export interface Frames<T> {
  /** from each frame to the next */
  ms: number[]
  result: T
}

/**
 * Draws something at each frame until the work is done.
 *
 * @param work begins when frames come
 */
export async function measureFrames<T>(work: () => Promise<T>): Promise<Frames<T>> {
  const drawn = document.body.appendChild(document.createElement('div'))
  drawn.style.cssText = 'position: fixed; inset: 0 auto auto 0; width: 64px; height: 64px; background: teal'
  const ms: number[] = []
  const done = new AbortController()
  let last = await nextFrame()
  const watching = (async () => {
    while (!done.signal.aborted) {
      const time = await nextFrame()
      ms.push(time - last)
      last = time
      drawn.style.translate = `${ms.length % 600}px`
    }
  })()
  try {
    return { ms, result: await work() }
  } finally {
    done.abort()
    await watching
    drawn.remove()
  }
}

/** When a frame began. */
function nextFrame(): Promise<number> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => resolve(performance.now()))
  })
}
