import type { Logger } from 'typeorm';

const nothing = (): undefined => undefined;

/** TypeORM writes to the console, past the process's own log; what goes wrong is thrown, and logged by who catches it. */
export const quietLogger: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};
