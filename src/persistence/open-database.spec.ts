import { refuseOldVersion } from './open-database.js';

describe('the version of a database', () => {
  it('must be 15 or newer', () => {
    expect(() => {
      refuseOldVersion(140_019);
    }).toThrow(/it is PostgreSQL 14, and Maestro needs 15 or newer/);
    expect(() => {
      refuseOldVersion(150_000);
    }).not.toThrow();
  });
});
