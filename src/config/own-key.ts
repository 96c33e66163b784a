import { ValidateBy } from 'class-validator';

/** A made key of 32 characters has about twenty different ones, one in hexadecimal about fourteen. */
const fewestDistinct = 8;

/** What manuals write where a key of one's own belongs. */
const samples =
  /change.?(?:me|this|it)|example|sample|replace.?(?:me|this)|your.?(?:own|key|admin|secret|master|api)|sk-1234|0123456789abcdef/i;

/** Refuses a key that everybody knows: those who look for gateways on the internet try such ones first. */
export function IsOwnKey(): PropertyDecorator {
  return ValidateBy({
    name: 'isOwnKey',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && new Set(value).size >= fewestDistinct && !samples.test(value),
      defaultMessage: () => 'a key of your own, not a sample or a pattern; `openssl rand -hex 32` makes one',
    },
  });
}
