const statements = [
  "' OR '1'='1",
  "' OR 1=1 --",
  "'; DROP TABLE callers; --",
  "'; UPDATE callers SET scopes = '{admin}'; --",
  "' UNION SELECT key_hash FROM callers --",
  "'||(SELECT pg_sleep(1))||'",
  "') OR ('1'='1",
  '$1; DELETE FROM saved_authentications',
  '" OR ""="',
  "\\'; TRUNCATE audit_events; --",
];

const disguises: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toLowerCase().replaceAll(' ', '/**/'),
  (text) => encodeURIComponent(text),
  (text) => `mk_00000000000000000000000000000000_${text}_000000`,
  (text) => `11111111-2222-4333-8444-555555555555${text}`,
];

/** Printable ASCII, so that they also fit into a header. */
export const payloads: readonly string[] = statements.flatMap((statement) => disguises.map((disguise) => disguise(statement)));
