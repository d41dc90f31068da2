/** Starling's mark: a bird in flight. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true" fill="currentColor">
      <path
        d="M61 19.5 51.6 22.2C48.6 17.4 42.6 16.6 38.4 20.4 33.4 14.6 22 8 5 9.4 13.8 14.2 21 20.6 25 29.6 19.4 33.6
          12.6 36.4 3 37.4L8.6 42 5.4 46.6C15.4 47.8 23 45.4 28.8 41.4 27.6 46.8 23.6 52.2 18 56.4 31.6 55.6 42.8 47.4
          45.6 35.4 49.8 33.4 52.2 29.6 52.6 24.8Z"
      />
    </svg>
  )
}
