/** A body that can't be appended. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
}

/** The log has two branches: nobody would believe another entry. */
export class ForkedLogError extends Error {
  override readonly name = 'ForkedLogError'
}

/** An entry that the next one has to name is not held. It comes when a peer that has it is met. */
export class IncompleteLogError extends Error {
  override readonly name = 'IncompleteLogError'
}

/** Others wrote each time that we tried. Nothing was written; it can be tried again. */
export class LogBusyError extends Error {
  override readonly name = 'LogBusyError'
}
