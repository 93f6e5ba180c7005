/**
 * The value of a key in `custom-data`, `S:ProxyHop1=EX01.contoso.test(10.0.0.1);S:ProxiedClientIPAddress=10.1.1.70`;
 * blank when it is not there.
 */
export function customValue(data: string, key: string): string {
  const name = `S:${key}=`;
  for (let at = data.indexOf(name); at !== -1; at = data.indexOf(name, at + 1)) {
    if (at > 0 && data[at - 1] !== ';') continue;
    const start = at + name.length;
    const end = data.indexOf(';', start);
    return data.slice(start, end === -1 ? data.length : end).trim();
  }
  return '';
}
