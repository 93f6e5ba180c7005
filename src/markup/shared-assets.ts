import { readFileSync } from 'node:fs';

/** Colours, tables, forms and statuses: what the live page and the report have in common. */
export const baseStyle: string = readFileSync(new URL('base.css', import.meta.url), 'utf8');

/** The program's sign, SVG. */
export const icon: Buffer = readFileSync(new URL('icon.svg', import.meta.url));
