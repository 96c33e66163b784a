import type { Check } from './check.js';
import { apiKeyChecks } from './checks/api-key.checks.js';
import { cutChecks } from './checks/cut.checks.js';
import { errorChecks } from './checks/error.checks.js';
import { flowChecks } from './checks/flow.checks.js';
import { forwardChecks } from './checks/forward.checks.js';
import { loginChecks } from './checks/login.checks.js';
import { manifestChecks } from './checks/manifest.checks.js';
import { modelChecks } from './checks/model.checks.js';
import { refreshChecks } from './checks/refresh.checks.js';
import { secretChecks } from './checks/secret.checks.js';
import { signalChecks } from './checks/signal.checks.js';
import { streamChecks } from './checks/stream.checks.js';

/** All that a provider must do, in the order of a report. */
export const checks: readonly Check[] = [
  ...manifestChecks,
  ...apiKeyChecks,
  ...loginChecks,
  ...refreshChecks,
  ...streamChecks,
  ...cutChecks,
  ...flowChecks,
  ...errorChecks,
  ...secretChecks,
  ...signalChecks,
  ...modelChecks,
  ...forwardChecks,
];
