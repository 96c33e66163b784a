import { ValidateBy } from 'class-validator';

const protocols = ['tcp:', 'nats:', 'redis:', 'rediss:', 'amqp:', 'amqps:'];

/** What is wrong with one address of a door for messages, without the address: it may hold a password. */
function faultOf(text: string): string | undefined {
  if (!URL.canParse(text)) return 'cannot be read as an address';
  const { protocol, hostname, port, username, password } = new URL(text);
  if (!protocols.includes(protocol)) return `begins with ${JSON.stringify(protocol)}`;
  if (hostname === '') return 'names no host';
  if (protocol !== 'tcp:') return undefined;
  if (port === '') return 'names no port to listen on';
  return username === '' && password === '' ? undefined : 'has a name or a password, which tcp does not know';
}

function lineOf(value: unknown): string | undefined {
  const faults = String(value)
    .split(',')
    .map((item) => faultOf(item.trim()));
  const index = faults.findIndex((fault) => fault !== undefined);
  return index === -1 ? undefined : `the ${ordinal(index)} ${faults[index] ?? ''}`;
}

function ordinal(index: number): string {
  return ['first', 'second', 'third', 'fourth', 'fifth'][index] ?? `${String(index + 1)}th`;
}

/** The addresses of doors for messages. */
export function IsRpcUrls(): PropertyDecorator {
  const form = 'a list of tcp://host:port, nats://…, redis://… (or rediss://…) and amqp://… (or amqps://…), separated by commas';
  return ValidateBy({
    name: 'isRpcUrls',
    validator: {
      validate: (value: unknown) => lineOf(value) === undefined,
      defaultMessage: (argument) => `${form}; ${lineOf(argument?.value) ?? ''}`,
    },
  });
}
