import { BlockList, isIP } from 'node:net';

/** Whether an address is reached without the proxy. */
export type NoProxy = (url: URL) => boolean;

interface NamedHost {
  readonly name: string;
  readonly port?: string;
}

/**
 * Reads a `NO_PROXY` as curl and Go read it: hosts separated by commas or blanks, each for its subdomains as well, with or without a
 * leading dot and a port; IP addresses and networks (`10.0.0.0/8`); `*` for everything. What cannot be read fits nothing.
 */
export function noProxyFrom(list: string): NoProxy {
  const entries = list.toLowerCase().split(/[\s,]+/).filter((entry) => entry !== ''); // prettier-ignore
  if (entries.includes('*')) return () => true;
  const networks = new BlockList();
  const hosts = entries.filter((entry) => !addNetwork(networks, entry)).map(hostFrom);
  return ({ hostname, port, protocol }) => {
    const host = hostname.toLowerCase().replace(/\.$/, '');
    const address = host.replace(/^\[|\]$/g, '');
    const family = isIP(address);
    if (family !== 0 && networks.check(address, family === 4 ? 'ipv4' : 'ipv6')) return true;
    const actualPort = port === '' ? defaultPorts[protocol] : port;
    return hosts.some((entry) => fits(entry, host, actualPort));
  };
}

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function addNetwork(networks: BlockList, entry: string): boolean {
  const [, address = '', prefix] = /^\[?([\d.]+|[\da-f:.]+)\]?(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const family = isIP(address);
  if (family === 0) return false;
  const bits = family === 4 ? 32 : 128;
  if (Number(prefix ?? bits) > bits) return true;
  networks.addSubnet(address, Number(prefix ?? bits), family === 4 ? 'ipv4' : 'ipv6');
  return true;
}

function hostFrom(entry: string): NamedHost {
  const [, host = entry, port] = /^(.+):(\d+)$/.exec(entry) ?? [];
  const name = host.replace(/^\*?\./, '').replace(/\.$/, '');
  return port === undefined ? { name } : { name, port };
}

function fits(entry: NamedHost, host: string, port: string | undefined): boolean {
  if (entry.port !== undefined && entry.port !== port) return false;
  return host === entry.name || host.endsWith(`.${entry.name}`);
}
