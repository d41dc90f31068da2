/** A rating that can't be counted: a number in it is not what it has to be. Nothing of its batch was taken. */
export class RatingError extends Error {
  override readonly name = 'RatingError'
}

/** An option, a seed or a saved state that the engine can't work with. */
export class TrustInputError extends Error {
  override readonly name = 'TrustInputError'
}
