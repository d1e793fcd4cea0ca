import { describeValue } from '../base/describe-value.ts'
import { InvalidInputError } from '../base/errors.ts'

/** The answer of `approve`. @throws InvalidInputError for one that is no boolean: "no" and { approved: false } are truthy */
export function checkAnswer(answer: unknown, facts: Record<string, string>): boolean {
  if (typeof answer === 'boolean') return answer
  throw new InvalidInputError('approve answered neither true nor false, so nothing was sent.', {
    ...facts,
    answer: describeValue(answer),
  })
}
