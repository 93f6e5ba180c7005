import { storyFleets, storyStragglers } from './story.ts';

const dayMs = 86_400_000;

/** The inventory of the story's known devices, as its owner would keep it: `cidr,label,owner,contact,expires,state,note`. */
export function storyInventoryCsv(nowMs: number): string {
  const expires = new Date(nowMs + 60 * dayMs).toISOString().slice(0, 10);
  const fleets = storyFleets.flatMap(({ label, count, owner, address, network }) => {
    if (network !== undefined) return [line([network, `${label}s`, owner, contact(owner), '', 'known', ''])];
    return Array.from({ length: count }, (_, index) =>
      line([address(index).canonical, `${label} ${index + 1}`, owner, contact(owner), '', 'known', '']),
    );
  });
  const stragglers = storyStragglers.map(({ label, owner, state, note, device }) =>
    line([
      device.address.canonical,
      label,
      owner,
      contact(owner),
      state === 'acknowledged' ? expires : '',
      state,
      note,
    ]),
  );
  return ['cidr,label,owner,contact,expires,state,note', ...fleets, ...stragglers, ''].join('\n');
}

function contact(owner: string): string {
  return `${owner.toLowerCase().replaceAll(' ', '-')}@contoso.test`;
}

function line(cells: readonly string[]): string {
  return cells.map((cell) => (cell.includes(',') ? `"${cell}"` : cell)).join(',');
}
