import { CreateSavedAuthentications1756461037000 } from './1756461037000-create-saved-authentications.js';
import { AddSessionName1756640328000 } from './1756640328000-add-session-name.js';
import { BackfillSessionName1756640329000 } from './1756640329000-backfill-session-name.js';
import { RequireSessionName1756640330000 } from './1756640330000-require-session-name.js';
import { SealSessions1795348800000 } from './1795348800000-seal-sessions.js';
import { AddReplicas1795370400000 } from './1795370400000-add-replicas.js';
import { AddAuditTrail1795435200000 } from './1795435200000-add-audit-trail.js';
import { AddLogins1795521600000 } from './1795521600000-add-logins.js';
import { AddTokenRefresh1795608000000 } from './1795608000000-add-token-refresh.js';
import { AddContexts1795694400000 } from './1795694400000-add-contexts.js';
import { AddCallers1795780800000 } from './1795780800000-add-callers.js';
import { TellOfChanges1795953600000 } from './1795953600000-tell-of-changes.js';
import { AddUsage1796040000000 } from './1796040000000-add-usage.js';
import { AddIdempotentRequests1796126400000 } from './1796126400000-add-idempotent-requests.js';

/** In order. Names and timestamps stay for ever; a new one goes to the end. */
export const migrations = [
  CreateSavedAuthentications1756461037000,
  AddSessionName1756640328000,
  BackfillSessionName1756640329000,
  RequireSessionName1756640330000,
  SealSessions1795348800000,
  AddReplicas1795370400000,
  AddAuditTrail1795435200000,
  AddLogins1795521600000,
  AddTokenRefresh1795608000000,
  AddContexts1795694400000,
  AddCallers1795780800000,
  TellOfChanges1795953600000,
  AddUsage1796040000000,
  AddIdempotentRequests1796126400000,
];
