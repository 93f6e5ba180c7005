import { readProgramFile } from '../runtime/program-file.ts';

/** Colours, tables, forms and statuses: what the live page and the report have in common. */
export const baseStyle: string = readProgramFile(new URL('assets/base.css', import.meta.url)).toString();

/** The program's sign, SVG. */
export const icon: Buffer = readProgramFile(new URL('assets/icon.svg', import.meta.url));
