import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { draw } from '../testing/render.tsx'
import { Boundary } from './boundary.tsx'

let remove = () => {}
afterEach(() => {
  remove()
  vi.restoreAllMocks()
})

function Broken(): never {
  throw new Error('no such chunk')
}

test('what can not be drawn says so, and the rest stays', async () => {
  // React reports what was caught to the console as well
  vi.spyOn(console, 'error').mockImplementation(() => {})
  remove = draw(
    <>
      <p>the rest</p>
      <Boundary>
        <Broken />
      </Boundary>
    </>
  )
  await expect.element(page.getByRole('alert')).toHaveTextContent(/nothing is lost.*no such chunk/)
  await expect.element(page.getByText('the rest')).toBeVisible()
})
