/** A start that cannot succeed, in words that tell the user what to do; shown without a stack. */
export class StackFailure extends Error {
  override readonly name = 'StackFailure';
}
