/** An address of a broker, taken apart. */
interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  /** Redis: the number of the database. */
  readonly path: string;
  readonly isTls: boolean;
}

const usualPorts: Readonly<Record<string, number>> = { 'nats:': 4222, 'redis:': 6379, 'rediss:': 6379 };

function brokerAddress(url: string): BrokerAddress {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (usualPorts[protocol] ?? 0) : Number(port),
    ...(username !== '' && { user: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    path: pathname.replace(/^\//, ''),
    isTls: protocol === 'rediss:',
  };
}

/** As Nest's client and server for NATS take it. A name without a password is a token. */
export function natsOptions(url: string) {
  const { host, port, user, password } = brokerAddress(url);
  const who =
    password === undefined ? { ...(user !== undefined && { token: user }) } : { ...(user !== undefined && { user }), pass: password };
  return { servers: [`${host.includes(':') ? `[${host}]` : host}:${String(port)}`], ...who, timeout: 5_000, maxReconnectAttempts: -1 };
}

/** As Nest's client and server for Redis take it. */
export function redisOptions(url: string) {
  const { host, port, user, password, path, isTls } = brokerAddress(url);
  return {
    ...{ host, port, retryAttempts: Number.MAX_SAFE_INTEGER, retryDelay: 1_000, connectTimeout: 5_000 },
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    ...(path !== '' && { db: Number(path) }),
    ...(isTls && { tls: {} }),
  };
}

/** Milliseconds that a message may wait for a gateway; who asked has gone by then. */
const messageTtl = 30_000;

/**
 * As Nest's client and server for RabbitMQ take it: one queue that all gateways take from, behind an exchange that also leads to
 * each one alone.
 */
export function rabbitOptions(url: string) {
  return {
    urls: [url],
    ...{ queue: 'maestro', exchange: 'maestro', exchangeType: 'topic' as const, wildcards: true, noAck: true, persistent: false },
    queueOptions: { durable: false, messageTtl },
    socketOptions: { heartbeatIntervalInSeconds: 10, reconnectTimeInSeconds: 1 },
  };
}
