/**
 * Draws the app's icons from `public/icon.svg` in Chromium: `node scripts/icons.mjs`. The results are kept
 * in the repository; run it after a change of the drawing. `CHROMIUM` names another browser.
 */
import { readFile } from 'node:fs/promises'
import { chromium } from '@playwright/test'

const publicFolder = new URL('../public/', import.meta.url)
const svg = await readFile(new URL('icon.svg', publicFolder), 'utf8')
/** Launchers may cut a maskable icon to a circle of 80 %: the ground fills the square, the drawing shrinks. */
const maskable = svg
  .replace(/rx="\d+"/, '')
  .replace('<g ', '<g transform="translate(256 256) scale(.8) translate(-256 -256)"><g ')
  .replace('</svg>', '</g></svg>')

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox']
})
try {
  for (const { name, size, drawing } of [
    { name: 'icon-192.png', size: 192, drawing: svg },
    { name: 'icon-512.png', size: 512, drawing: svg },
    { name: 'icon-maskable-512.png', size: 512, drawing: maskable }
  ]) {
    const page = await browser.newPage({ viewport: { width: size, height: size } })
    await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${drawing}`)
    await page.screenshot({ path: new URL(name, publicFolder).pathname, omitBackground: true })
    await page.close()
  }
} finally {
  await browser.close()
}
