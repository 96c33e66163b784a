import type { Door, DoorRoute } from '../../../kit/door.js';

/** Where a request came in. */
export interface RoutedRequest {
  readonly door: Door;
  /** Absent: the door has nothing there. */
  readonly route?: DoorRoute;
  readonly mount: string;
  /** The whole path, without the query. */
  readonly address: string;
  /** Below the mount, without the query. */
  readonly path: string;
  readonly search: URLSearchParams;
  /** The query as it was written, with its question mark. */
  readonly query: string;
}

export interface IncomingTarget {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** The door that a request is at, and what it wants there; without a mount that fits, the door that comes nearest. */
export function routeOf(doors: readonly Door[], { method, url, headers }: IncomingTarget): RoutedRequest {
  const mark = url.indexOf('?');
  const [whole, query] = mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark)];
  const asked = { search: new URLSearchParams(query), query };
  const isMarked = ({ door: { markHeader } }: Place): boolean => markHeader !== undefined && headers[markHeader] !== undefined;
  const { named, rest, all } = placesOf(doors, method, whole);
  const found = [named, rest, all].map((some) => some.find(isMarked) ?? some[0]).find((some) => some !== undefined);
  return { ...(found ?? nearest(doors, method, whole, isMarked)), ...asked };
}

type Place = Omit<RoutedRequest, 'search' | 'query'>;

/** Where an address may be meant. */
interface Places {
  /** With a route of the address's own. */
  readonly named: readonly Place[];
  /** With a route for whatever there is. */
  readonly rest: readonly Place[];
  readonly all: readonly Place[];
}

/** Clients ask at few addresses, again and again. */
const mostRemembered = 500;
const longestRemembered = 200;
const remembered = new WeakMap<readonly Door[], Map<string, Places>>();

function placesOf(doors: readonly Door[], method: string, whole: string): Places {
  const known = remembered.get(doors) ?? new Map<string, Places>();
  remembered.set(doors, known);
  const key = `${method} ${whole}`;
  const found = known.get(key) ?? placesAt(doors, method, whole);
  if (key.length > longestRemembered) return found;
  if (known.size >= mostRemembered) known.clear();
  known.set(key, found);
  return found;
}

function placesAt(doors: readonly Door[], method: string, whole: string): Places {
  const all = doors.flatMap((door) =>
    door.mounts
      .filter((mount) => whole === mount || whole.startsWith(`${mount}/`))
      .map((mount): Place => {
        const path = whole.slice(mount.length);
        const route = isDoubled(mount, path) ? undefined : door.routes.find((each) => isFor(each, method, path));
        return { door, mount, address: whole, path, ...(route !== undefined && { route }) };
      }),
  );
  const named = all.filter(({ route }) => route !== undefined && route.operation !== 'other');
  return { named, rest: all.filter(({ route }) => route?.operation === 'other'), all };
}

/** `/v1/v1/…`: somebody's base URL has the version, and so has the client. */
function isDoubled(mount: string, path: string): boolean {
  const version = versionOf(mount);
  return path === version || path.startsWith(`${version}/`);
}

function isFor(route: DoorRoute, method: string, path: string): boolean {
  return (route.method === '*' || route.method === method) && route.path.test(path);
}

function nearest(doors: readonly Door[], method: string, path: string, isMarked: (place: Place) => boolean): Place {
  const all = doors.flatMap((door) => door.mounts.map((mount): Place => ({ door, mount, address: path, path })));
  const meant = all
    .filter(({ door, mount }) => correctionFor(door, method, mount, path) !== undefined)
    .sort((one, other) => rootOf(other.mount).length - rootOf(one.mount).length);
  const found = meant.find(isMarked) ?? meant[0] ?? all.find(isMarked) ?? all[0];
  if (found === undefined) throw new TypeError('there is no door');
  return found;
}

/** What the address would be with the version in it. */
function correctionFor(door: Door, method: string, mount: string, path: string): string | undefined {
  const root = rootOf(mount);
  if (!path.startsWith(`${root}/`)) return undefined;
  const below = path.slice(root.length);
  const isServed = door.routes.some((route) => route.operation !== 'other' && isFor(route, method, below));
  return isServed ? mount + below : undefined;
}

/** Why nothing is at an address, where that can be told. */
export function hintFor({ door, mount, path }: RoutedRequest, method: string): string | undefined {
  const version = versionOf(mount);
  if (isDoubled(mount, path)) {
    return `the base URL of your client ends in ${version} and it adds ${version} itself; take it away from the base URL`;
  }
  const corrected = correctionFor(door, method, mount, path);
  return corrected === undefined ? undefined : `the base URL of your client must end in ${mount}: this would be ${corrected}`;
}

/** What there is instead, for people. */
export function servedAt({ door, mount }: RoutedRequest): readonly string[] {
  return door.routes.filter(({ operation }) => operation !== 'other').map(({ method, name }) => `${method} ${mount}${name}`);
}

/**
 * Addresses at which a door, or somebody who looks for one, may stand, for the server's router: everything below a mount, below
 * a mount without its version, and each route's first word alone.
 */
export function addressesOf(doors: readonly Door[]): readonly string[] {
  const roots = doors.flatMap(({ mounts, routes }) =>
    mounts.flatMap((mount) => {
      const root = rootOf(mount);
      const words = routes.map(({ name }) => name.split('/')[1] ?? '').filter((word) => word !== '*');
      return [mount, ...(root === '' ? words.map((word) => `/${word}`) : [root])];
    }),
  );
  const shortest = [...new Set(roots)].filter((address, _at, all) => !all.some((other) => address.startsWith(`${other}/`)));
  return shortest.flatMap((address) => [address, `${address}/*`]);
}

function versionOf(mount: string): string {
  return mount.slice(mount.lastIndexOf('/'));
}

function rootOf(mount: string): string {
  return mount.slice(0, -versionOf(mount).length);
}
