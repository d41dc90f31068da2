// Before the first paint, so that a chosen theme never flashes. A file of its own: the page allows no inline scripts.
try {
  const { theme } = JSON.parse(globalThis.localStorage.getItem('starling.preferences') ?? '{}')
  if (theme === 'light' || theme === 'dark') globalThis.document.documentElement.dataset.theme = theme
} catch {
  // Without storage the system's theme holds.
}
