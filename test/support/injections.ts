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
  "admin'--",
  "admin' #",
  "' OR 'a'='a' /*",
  "1' ORDER BY 1--+",
  "1' AND (SELECT count(*) FROM callers) > 0 --",
  "' AND 1=CAST((SELECT version()) AS int) --",
  "'; COPY callers TO PROGRAM 'id'; --",
  "'; SELECT pg_read_file('/etc/passwd'); --",
  "'; NOTIFY maestro; --",
  "' UNION ALL SELECT NULL,NULL,NULL --",
  "' IS NOT NULL --",
  "'::text; select 1; --",
  '$$; DROP TABLE usage_hours; $$',
  "E'\\x27 OR 1=1'",
  "${jndi:ldap://127.0.0.1/a}' OR 1=1 --",
] as const;

const disguises: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toLowerCase().replaceAll(' ', '/**/'),
  (text) => encodeURIComponent(text),
  (text) => `mk_00000000000000000000000000000000_${text}_000000`,
  (text) => `11111111-2222-4333-8444-555555555555${text}`,
  (text) => `work${text}`,
  (text) => `${text}work`,
  (text) => text.toUpperCase(),
  (text) => text.replaceAll(' ', '+'),
  (text) => text.replaceAll(' ', '%0a'),
  (text) => text.replaceAll("'", "''"),
  (text) => text.replaceAll("'", "\\'"),
  (text) => text.replaceAll("'", '%27'),
  (text) => encodeURIComponent(encodeURIComponent(text)),
  (text) => `'${Buffer.from(text).toString('base64')}'`,
  (text) => `"${text}"`,
  (text) => `(${text})`,
  (text) => `Bearer ${text}`,
  (text) => `{"$ne":"${text}"}`,
  (text) => `${text};${text}`,
  (text) => `*${text}`,
  (text) => `1 ${text}`,
];

const disguised = (some: readonly string[], how: typeof disguises): readonly string[] => [
  ...new Set(some.flatMap((statement) => how.map((disguise) => disguise(statement)))),
];

/** Printable ASCII, so that they also fit into a header. */
export const payloads = disguised(statements.slice(0, 5), disguises.slice(0, 5));

/** The same, and many more. */
export const allPayloads = disguised(statements, disguises);
