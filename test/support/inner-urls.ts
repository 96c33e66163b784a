/** Ways to write an address inside a machine or a network, each with the given port, as a base URL. Made by hand. */
export function innerUrls(port: number): readonly string[] {
  const at = (host: string): string => `https://${host}:${String(port)}/v1`;
  return [
    ...['127.0.0.1', '10.0.0.1', '169.254.169.254', '192.168.1.1'].flatMap(spellings),
    ...specialIpv4,
    ...specialIpv6.map((address) => `[${address}]`),
    ...wrapped,
    ...innerNames,
  ]
    .map(at)
    .concat(tricks(port));
}

/** What `inet_aton` takes for one address, and the URL standard with it. */
function spellings(address: string): readonly string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const octal = (value: number): string => `0${value.toString(8)}`;
  const hex = (value: number): string => `0x${value.toString(16)}`;
  return [
    address,
    `${address}.`,
    [a, b, c, d].map(octal).join('.'),
    [a, b, c, d].map(hex).join('.'),
    `${hex(a)}.${String(b)}.${octal(c)}.${String(d)}`,
    String(whole),
    hex(whole),
    octal(whole),
    `${String(a)}.${String(whole % 2 ** 24)}`,
    `${String(a)}.${String(b)}.${String(whole % 2 ** 16)}`,
    `%${a.toString().charCodeAt(0).toString(16)}${address.slice(1)}`,
    // Full-width digits, and another full stop: IDNA makes ASCII of them.
    address.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    address.replaceAll('.', '\u3002'),
  ];
}

const specialIpv4 = [
  ...['0.0.0.0', '0.1.2.3', '10.255.255.255', '100.64.0.1', '100.127.255.254', '127.1.2.3', '127.255.255.255', '169.254.0.1'],
  ...['169.254.170.2', '172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.0.192', '192.0.2.1', '192.88.99.1', '192.168.0.1'],
  ...['192.168.255.255', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.250'],
  ...['240.0.0.1', '255.255.255.254', '255.255.255.255'],
];

const specialIpv6 = [
  ...['::', '::1', '0:0:0:0:0:0:0:1', '::2', '100::1', '2001::1', '2001:2::1', '2001:10::1', '2001:20::1', '2001:db8::1', '3fff::1'],
  ...['5f00::1', 'fc00::1', 'fd00::1', 'fd00:ec2::254', 'fdff:ffff::1', 'fe80::1', 'febf::1', 'fec0::1', 'ff00::1', 'ff02::1', 'ff0e::1'],
];

/** IPv4 in IPv6: mapped, compatible, translated, NAT64 by both prefixes, 6to4, Teredo. */
const wrapped = ['7f00:1', 'a00:1', 'a9fe:a9fe', 'c0a8:101'].flatMap((address) => {
  const [high = '', low = ''] = address.split(':');
  return [
    ...[`[::ffff:${address}]`, `[::${address}]`, `[::ffff:0:${address}]`, `[64:ff9b::${address}]`, `[64:ff9b:1::${address}]`],
    ...[`[2002:${high}:${low}::1]`, `[2001:0:${address}::1]`],
  ];
});

const innerNames = [
  ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'ip6-localhost', 'loopback', 'database', 'redis', 'host.docker.internal'],
  ...['metadata', 'metadata.google.internal', 'metadata.google.internal.', 'kubernetes.default.svc.cluster.local', 'printer.local'],
  ...['router.lan', 'wiki.intranet', 'nas.home.arpa', 'service.internal', 'hidden.onion', 'api.test', 'nothing.invalid', 'a.example'],
  // Letters that IDNA folds to ASCII.
  ...['ⓛⓞⓒⓐⓛⓗⓞⓢⓣ', 'ｌｏｃａｌｈｏｓｔ', 'a\u3002localhost'],
];

function tricks(port: number): readonly string[] {
  const inner = `127.0.0.1:${String(port)}`;
  return [
    ...[`https://api.vendor.com@${inner}/v1`, `https://api.vendor.com:443@${inner}/v1`],
    ...[`https://${inner}#@api.vendor.com/`, `https://${inner}?@api.vendor.com/`, `https://${inner}\\.api.vendor.com/`],
    ...[
      `https:///${inner}/v1`,
      `https:${inner}/v1`,
      `https:\\\\${inner}\\v1`,
      `\thttps://${inner}/v1`,
      `https://127.0.0\n.1:${String(port)}`,
    ],
    ...[`http://${inner}/v1`, `HTTP://${inner}`, `ws://${inner}`, `ftp://${inner}`, `gopher://${inner}/_GET`, `unix:/run/docker.sock`],
    ...['file:///etc/passwd', 'file://127.0.0.1/etc/passwd', 'data:text/plain,hello', 'javascript:0', 'blob:https://127.0.0.1/x'],
    ...[`//${inner}/v1`, `${inner}/v1`, '/v1', '?', ''],
  ];
}
