import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';

// IANA's special-purpose registries: what is not globally reachable, and what wraps an IPv4 address that may not be.
const notPublic = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  notPublic.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  notPublic.addSubnet(network, prefix, 'ipv6');
}
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/** True for an IP address that is reached over the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !notPublic.check(address, 'ipv4');
  return family === 6 && globalUnicast.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
}

type Resolved = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/** As `lookup` of `node:dns`: all addresses of a name. */
export type Resolver = (
  host: string,
  options: { readonly all: true },
  answer: (error: NodeJS.ErrnoException | null, all: LookupAddress[]) => void,
) => void;

/**
 * A `lookup` for sockets that gives public addresses only: the address that was checked is the address that is connected to,
 * so a name that changes its mind in between gains nothing.
 */
export function publicLookup(resolver: Resolver = lookup) {
  return (host: string, options: { readonly all?: boolean | undefined }, answer: Resolved): void => {
    resolver(host, { all: true }, (error, all) => {
      const [first, ...others] = error === null ? all : [];
      if (first === undefined) {
        answer(error ?? notPublicError(host), '');
      } else if (![first, ...others].every(({ address }) => isPublicAddress(address))) {
        answer(notPublicError(host), '');
      } else if (options.all === true) {
        answer(null, [first, ...others]);
      } else {
        answer(null, first.address, first.family);
      }
    });
  };
}

/** The code of a refused address, as system errors have one. */
export const addressNotPublic = 'ADDRESS_NOT_PUBLIC';

function notPublicError(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} has an address that is not public`), { code: addressNotPublic });
}
