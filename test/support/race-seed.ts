/** Where a run of seeded races begins: what MAESTRO_TEST_SEED says, to see one again. */
export function firstSeed(otherwise: number): number {
  const given = process.env['MAESTRO_TEST_SEED'];
  return given === undefined || given === '' ? otherwise : Number(given);
}

/** Another one each night. */
export function anySeed(): number {
  return firstSeed(1 + Math.floor(Math.random() * 1_000_000));
}
